"""Learning-rate schedules: pure functions from where the training is to a factor on the learning rate.

η(t) = η₀ · factor(t), with t counted from 0 in epochs or in steps (updates), as `per` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le

Per = Literal["epoch", "step"]


@dataclass(frozen=True, kw_only=True)
class Constant:
    """η = η₀"""

    name: Literal["constant"] = "constant"
    per: Per = "epoch"
    """what t counts"""

    def factor(self, t: int) -> float:
        return 1.0


@dataclass(frozen=True, kw_only=True)
class Step:
    """η = η₀ · gamma^⌊t / step_size⌋: a drop every `step_size`."""

    name: Literal["step"] = "step"
    step_size: Annotated[int, Gt(0)] = 10
    """epochs (or steps) between two drops"""
    gamma: Annotated[float, Gt(0), Le(1)] = 0.1
    """the factor of one drop"""
    per: Per = "epoch"
    """what t counts"""

    def factor(self, t: int) -> float:
        return float(self.gamma ** (t // self.step_size))


@dataclass(frozen=True, kw_only=True)
class Exponential:
    """η = η₀ · gamma^t"""

    name: Literal["exponential"] = "exponential"
    gamma: Annotated[float, Gt(0), Le(1)] = 0.9
    """the factor of one epoch (or step)"""
    per: Per = "epoch"
    """what t counts"""

    def factor(self, t: int) -> float:
        return float(self.gamma**t)


@dataclass(frozen=True, kw_only=True)
class InverseTime:
    """η = η₀ / (1 + decay · t) (Robbins and Monro 1951)"""

    name: Literal["inverse_time"] = "inverse_time"
    decay: Annotated[float, Ge(0)] = 0.1
    """how fast the rate falls"""
    per: Per = "epoch"
    """what t counts"""

    def factor(self, t: int) -> float:
        return 1.0 / (1.0 + self.decay * t)


Schedule = Constant | Step | Exponential | InverseTime


def learning_rate(base: float, schedule: Schedule, *, epoch: int, step: int) -> float:
    """η for the update number `step` of the whole training, in epoch number `epoch`, both from 0."""
    return base * schedule.factor(epoch if schedule.per == "epoch" else step)
