"""What a gradient check found, tensor by tensor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from bpcli.plain_data import finite

Verdict = Literal["ok", "wrong", "kink"]
"""kink: a corner of a piecewise-linear function lies inside the smallest step, so the numeric derivative is that with
every unit held on its side of the corner, and back-propagation agrees with it."""

Mode = Literal["all entries", "sampled"]


@dataclass(frozen=True)
class Comparison:
    """One derivative, from back-propagation and from values."""

    analytic: float
    numeric: float
    relative_error: float
    verdict: Verdict


@dataclass(frozen=True)
class TensorCheck:
    """The comparisons in one tensor, and the worst of them."""

    name: str
    shape: tuple[int, ...]
    checked: int
    """entries compared"""
    max_relative_error: float
    worst_index: tuple[int, ...]
    analytic: float
    numeric: float
    verdict: Verdict
    """wrong if one entry is, else kink if one entry is, else ok"""
    kinks: int
    """entries with a kink inside the step"""


@dataclass(frozen=True)
class GradcheckReport:
    """Back-propagation against numerical gradients, on one batch."""

    passed: bool
    mode: Mode
    tensors: tuple[TensorCheck, ...]
    directions: TensorCheck
    """random directions over all parameters; `worst_index` numbers the direction"""
    parameters: int
    examples: int
    loss: float
    """J on the batch, penalty included"""
    eps: float
    atol: float
    rtol: float

    @property
    def checked(self) -> int:
        """Entries compared, in all tensors."""
        return sum(tensor.checked for tensor in self.tensors)

    @property
    def kinks(self) -> int:
        """Entries with a kink inside the step, in all tensors."""
        return sum(tensor.kinks for tensor in self.tensors)

    @property
    def max_relative_error(self) -> float:
        """The worst of all tensors and directions; at most `rtol` if and only if the check passed."""
        return max(check.max_relative_error for check in (*self.tensors, self.directions))

    def to_dict(self) -> dict[str, Any]:
        """The object that `bpcli gradcheck --json` prints; a number that is not finite becomes None."""
        report = asdict(self) | {"kinks": self.kinks, "max_relative_error": self.max_relative_error}
        return {key: finite(value) for key, value in report.items()}


def summarize(
    name: str, shape: tuple[int, ...], indices: Sequence[tuple[int, ...]], found: Sequence[Comparison]
) -> TensorCheck:
    """The check of one tensor from its comparisons, `found[k]` at `indices[k]`; there is at least one."""
    worst = max(range(len(found)), key=lambda k: found[k].relative_error)
    verdicts = [comparison.verdict for comparison in found]
    verdict: Verdict = "wrong" if "wrong" in verdicts else "kink" if "kink" in verdicts else "ok"
    return TensorCheck(
        name=name,
        shape=shape,
        checked=len(found),
        max_relative_error=found[worst].relative_error,
        worst_index=indices[worst],
        analytic=found[worst].analytic,
        numeric=found[worst].numeric,
        verdict=verdict,
        kinks=verdicts.count("kink"),
    )
