"""Conditions on metrics, such as `test_accuracy>=0.98`, for a CI job to insist on."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from bpcli.errors import UsageError

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
_PATTERN = re.compile(r"\s*([a-z]+)_([a-z0-9_]+)\s*(>=|<=|==|>|<)\s*(\S+)\s*")


@dataclass(frozen=True)
class Requirement:
    """`<split>_<metric> <operator> <bound>`"""

    split: str
    metric: str
    comparison: str
    bound: float

    @property
    def name(self) -> str:
        """The metric's full name."""
        return f"{self.split}_{self.metric}"

    def is_met(self, value: float) -> bool:
        """NaN meets nothing."""
        return _OPERATORS[self.comparison](value, self.bound)

    def __str__(self) -> str:
        return f"{self.name}{self.comparison}{self.bound:g}"


def parse_requirement(text: str, available: dict[str, list[str]]) -> Requirement:
    """Read a requirement; `available` gives the metrics of each split. Raises `UsageError`."""
    match = _PATTERN.fullmatch(text)
    try:
        bound = float(match[4]) if match else None
    except ValueError:
        bound = None
    if match is None or bound is None or bound != bound:
        raise UsageError(f"cannot read the requirement '{text}': write it as 'test_accuracy>=0.98'")
    if match[2] not in available.get(match[1], ()):
        names = ", ".join(f"{split}_{metric}" for split, metrics in available.items() for metric in metrics)
        raise UsageError(f"there is no {match[1]}_{match[2]} to require in '{text}': this run has {names}")
    return Requirement(match[1], match[2], match[3], bound)
