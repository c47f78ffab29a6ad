"""Adagrad."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Gt

from bpcli.nn.arrays import Array
from bpcli.nn.parameters import Parameters
from bpcli.optim.optimizer import Slots, Unscaled, blocks, make_slots


@dataclass(frozen=True, kw_only=True)
class Adagrad(Unscaled):
    """adagrad: s ← s + g², w ← w - η g / (√s + ε) (Duchi, Hazan and Singer 2011)."""

    name: Literal["adagrad"] = "adagrad"
    learning_rate: Annotated[float, Gt(0)] = 0.01
    """η, the size of a step"""
    epsilon: Annotated[float, Gt(0)] = 1e-10
    """ε, keeps the division from zero"""
    searches: ClassVar[bool] = False

    def init(self, theta: Array) -> Slots:
        return make_slots(theta, "square_sum")

    def update(
        self, slots: Slots, parameters: Parameters, *, learning_rate: float, step: int, revalue: Callable[[], float]
    ) -> None:
        for theta, g, s in blocks(parameters.theta, parameters.grad, slots["square_sum"]):
            scale = g * g
            s += scale
            np.sqrt(s, scale)
            scale += self.epsilon
            g *= learning_rate
            g /= scale
            theta -= g
