"""Requirements of a training, measured where they count: on the checkpoint that is used afterwards."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bpcli.errors import UsageError
from bpcli.experiment.threads import limit_threads
from bpcli.nn.network import Network
from bpcli.runs.checkpoint import load_checkpoint, restore_answers
from bpcli.runs.folder import RunFolder, checkpoint_at
from bpcli.training.evaluate import measure
from bpcli.training.experiment import Experiment
from bpcli.training.state import Counters

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

    def shown(self, value: float) -> str:
        """`value` in a few digits; in all of them where the few would meet the bound and the value doesn't, or so."""
        if math.isnan(value):
            return "undefined"
        short = f"{value:.4f}" if value == 0 or 1e-3 <= abs(value) < 1e3 else f"{value:.4g}"
        return short if self.is_met(float(short)) == self.is_met(value) else repr(value)

    def __str__(self) -> str:
        return f"{self.name}{self.comparison}{self.bound:.15g}"


@dataclass(frozen=True)
class CheckedRequirement:
    """A requirement, and what a checkpoint has of it."""

    requirement: Requirement
    value: float | None = None
    """NaN: undefined for these examples; None: not measured, because the training was interrupted or diverged"""
    checkpoint: Path | None = None
    epoch: int | None = None
    last_epoch: int | None = None
    """the epoch at which the training ended, where that is another one"""
    last_value: float | None = None
    """of the weights at that epoch"""

    @property
    def met(self) -> bool:
        return self.value is not None and self.requirement.is_met(self.value)

    @property
    def last_met(self) -> bool:
        """Whether the weights at the end of the training meet it, where they are others."""
        return self.met if self.last_value is None else self.requirement.is_met(self.last_value)

    def __str__(self) -> str:
        """`test_accuracy is 0.9823, required >= 0.98`, and what the last epoch has where that decides otherwise."""
        required = f"required {self.requirement.comparison} {self.requirement.bound:.15g}"
        if self.value is None:
            return f"{self.requirement.name} was not measured, {required}"
        text = f"{self.requirement.name} is {self.requirement.shown(self.value)}, {required}"
        if math.isnan(self.value):
            text += ": it has no value for these examples, so no bound can be met"
        if self.last_value is None or self.last_met == self.met:
            return text
        verdict = "meets it" if self.last_met else "does not"
        return (
            f"{text}, in {self.checkpoint} of epoch {self.epoch}; the last epoch, {self.last_epoch}, "
            f"has {self.requirement.shown(self.last_value)} and {verdict}"
        )

    def to_dict(self) -> dict[str, Any]:
        """An entry of `requirements` in the JSON objects of `bpcli train` and `bpcli eval`."""
        return {
            "name": self.requirement.name,
            "operator": self.requirement.comparison,
            "bound": self.requirement.bound,
            "value": self.value,
            "met": self.met,
            "checkpoint": str(self.checkpoint) if self.checkpoint else None,
            "epoch": self.epoch,
        }


def _bound(text: str) -> float | None:
    """Read a finite number in plain digits; None for anything else, such as what `float` reads besides."""
    if not re.fullmatch(r"[-+]?[0-9.]+([eE][-+]?[0-9]+)?", text):
        return None
    try:
        bound = float(text)
    except ValueError:
        return None
    return bound if math.isfinite(bound) else None


def parse_requirement(text: str, available: dict[str, list[str]]) -> Requirement:
    """Read a requirement; `available` gives the metrics of each split. Raises `UsageError`."""
    match = _PATTERN.fullmatch(text)
    bound = _bound(match[4]) if match else None
    if match is None or bound is None:
        raise UsageError(f"cannot read the requirement '{text}': write it as 'test_accuracy>=0.98'")
    if match[2] not in available.get(match[1], ()):
        names = ", ".join(f"{split}_{metric}" for split, metrics in available.items() for metric in metrics)
        raise UsageError(f"there is no {match[1]}_{match[2]} to require in '{text}': this run has {names}")
    return Requirement(match[1], match[2], match[3], bound)


def check_requirements(
    requirements: Sequence[Requirement], experiment: Experiment, folder: RunFolder, counters: Counters
) -> tuple[tuple[CheckedRequirement, ...], dict[str, float]]:
    """The requirements as the run's best checkpoint has them, and the required metrics of the last epoch by full name.

    The network holds the weights that training ended with, and does so again afterwards. What a stream has is what
    was logged. Raises `CheckpointError` for a best checkpoint that cannot be read.
    """
    if not experiment.splits:
        logged = {requirement.name: counters.metrics.get(requirement.name, math.nan) for requirement in requirements}
        return _checked(requirements, logged, folder.last, counters.epoch), logged
    # one thread, as `bpcli eval` has it: the figures are to be the same to the last digit
    with limit_threads(1):
        last = _measured(experiment, requirements)
        if counters.is_best:
            return _checked(requirements, last, folder.best, counters.epoch), last
        saved = load_checkpoint(checkpoint_at(folder.path))
        if saved.counters.step == counters.step:
            return _checked(requirements, last, saved.path, counters.epoch), last
        with _kept(experiment.objective.network):
            restore_answers(saved, experiment.objective.network)
            best = _measured(experiment, requirements)
    checked = (
        CheckedRequirement(
            requirement,
            best[requirement.name],
            saved.path,
            saved.counters.epoch,
            last_epoch=counters.epoch,
            last_value=last[requirement.name],
        )
        for requirement in requirements
    )
    return tuple(checked), last


def _checked(
    requirements: Sequence[Requirement], values: dict[str, float], checkpoint: Path, epoch: int
) -> tuple[CheckedRequirement, ...]:
    return tuple(
        CheckedRequirement(requirement, values[requirement.name], checkpoint, epoch) for requirement in requirements
    )


def _measured(experiment: Experiment, requirements: Sequence[Requirement]) -> dict[str, float]:
    """The required metrics of the network as it is, each split measured once."""
    values: dict[str, float] = {}
    for split in dict.fromkeys(requirement.split for requirement in requirements):
        names = [requirement.metric for requirement in requirements if requirement.split == split]
        measured = measure(experiment.objective, experiment.splits[split](), experiment.metrics(names))
        values |= {f"{split}_{name}": value for name, value in measured.items()}
    return {requirement.name: values[requirement.name] for requirement in requirements}


@contextmanager
def _kept(network: Network) -> Iterator[None]:
    """Afterwards the network is what it was."""
    vectors = (network.parameters.theta, network.statistics.values)
    copies = [vector.copy() for vector in vectors]
    try:
        yield
    finally:
        for vector, copy in zip(vectors, copies, strict=True):
            vector[...] = copy
