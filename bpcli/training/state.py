"""Where a training is: everything that changes but the parameters themselves."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from bpcli.nn.arrays import Array
from bpcli.nn.parameters import Parameters
from bpcli.optim.base import Slots
from bpcli.optim.schedules import PlateauState
from bpcli.plain_data import build, finite


@dataclass(frozen=True)
class Best:
    """The best value of the monitored metric, and when it was seen."""

    epoch: int
    value: float


@dataclass(frozen=True)
class LogPart:
    """The part of log.csv that belongs to a state: its beginning."""

    size: int = 0
    """bytes"""
    sha256: str = ""
    """of them; empty before there are any"""


@dataclass
class Counters:
    """The part of the state that a checkpoint keeps in its header."""

    epoch: int = 0
    """epochs completed"""
    batch: int = 0
    """batches done in the epoch under way"""
    step: int = 0
    """updates made"""
    learning_rate: float = 0.0
    """of the last update"""
    seen: int = 0
    """examples seen in the epoch under way"""
    sums: dict[str, float] = field(default_factory=dict)
    """over these examples, of what is logged as a mean: the losses, the right answers, those of each part"""
    examples: int = 0
    """examples learned from in the completed epochs"""
    metrics: dict[str, float] = field(default_factory=dict)
    """of the last evaluation, by full name"""
    best: Best | None = None
    patience_best: float | None = None
    patience_wait: int = 0
    """evaluations in a row that did not improve on `patience_best`"""
    plateau: PlateauState = PlateauState()
    """of a schedule that waits for one"""
    seconds: float = 0.0
    """spent training, all sessions of the run together"""
    log: LogPart = LogPart()

    @property
    def position(self) -> int:
        """Return how many examples were learned from, those of the epoch under way included: where a stream goes on."""
        return self.examples + (self.seen if self.batch else 0)

    @property
    def is_best(self) -> bool:
        """Return whether this is the state at which the best value was measured."""
        return self.best is not None and self.best.epoch == self.epoch and self.batch == 0

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON, which has no NaN: a metric or a part's sum that is not finite is null."""
        data = asdict(self)
        return {**data, **{key: finite(data[key]) for key in _MAY_BE_UNDEFINED}}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Counters:
        """The counters of `to_dict`. Raises ValueError or KeyError for data that are no counters."""
        undefined = {key: _with_nan(data[key]) for key in _MAY_BE_UNDEFINED}
        counters: Counters = build(cls, {**data, **undefined}, "counters")
        return counters


_MAY_BE_UNDEFINED = ("metrics", "sums")


def _with_nan(numbers: Any) -> Any:
    if not isinstance(numbers, dict):
        return numbers  # for `build` to refuse
    return {name: math.nan if value is None else value for name, value in numbers.items()}


@dataclass
class State:
    """Everything that changes beside the network; at every event of the loop it can be saved, and resumed exactly."""

    slots: Slots
    """the optimizer's memory"""
    average: Array | None = None
    """the running average of the parameters `(P,)`, where one is kept"""
    counters: Counters = field(default_factory=Counters)


@contextmanager
def averaged(parameters: Parameters, state: State) -> Iterator[None]:
    """Within, the parameters are their running average, if there is one."""
    if state.average is None:
        yield
        return
    theta = parameters.theta.copy()
    parameters.theta[...] = state.average
    try:
        yield
    finally:
        parameters.theta[...] = theta
