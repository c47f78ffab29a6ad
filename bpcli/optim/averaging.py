"""A running average of the weights, which often measures better than the last ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Gt, Lt

from bpcli.nn.arrays import Array


@dataclass(frozen=True, kw_only=True)
class MovingAverage:
    """Average of the weights: ā ← β ā + (1 - β) w after every update t, β = min(decay, (1 + t) / (10 + t)).

    It starts at ā = w. Polyak and Juditsky 1992, in the exponential form, its decay warmed up as in TensorFlow's
    ExponentialMovingAverage. Training goes on with w; evaluations and the answers of a checkpoint use ā.
    """

    decay: Annotated[float, Gt(0), Lt(1)] = 0.999
    """β once warmed up: the average looks back some 1 / (1 - decay) updates"""

    def update(self, average: Array, theta: Array, *, step: int) -> None:
        """Move `average (P,)` towards `theta (P,)` after update number `step`, which counts from 0."""
        beta = min(self.decay, (1 + step) / (10 + step))
        average += (1 - beta) * (theta - average)
