"""A running average of the weights, which often measures better than the last ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Gt, Lt

from bpcli.nn.arrays import Array


@dataclass(frozen=True, kw_only=True)
class MovingAverage:
    """ā ← β ā + (1 - β) w after every update t, with β = min(decay, (1 + t) / (10 + t)), from ā = w at the start.

    Polyak and Juditsky 1992, in the exponential form, its decay warmed up as TensorFlow's ExponentialMovingAverage has
    it. Training goes on with w; what is measured, and what a checkpoint answers with, is ā.
    """

    decay: Annotated[float, Gt(0), Lt(1)] = 0.999
    """β once warmed up: the average looks back some 1 / (1 - decay) updates"""

    def update(self, average: Array, theta: Array, *, step: int) -> None:
        """Move `average (P,)` towards `theta (P,)` after update number `step`, which counts from 0."""
        beta = min(self.decay, (1 + step) / (10 + step))
        average += (1 - beta) * (theta - average)
