"""Adagrad: a rate of its own for every weight, from the gradients it has seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Gt

from bpcli.nn.arrays import Array, zeros
from bpcli.nn.parameters import Parameters
from bpcli.optim.blocks import blocks
from bpcli.optim.optimizer import Epsilon, Slots


@dataclass(frozen=True, kw_only=True)
class Adagrad:
    """adagrad: h ← h + g², w ← w - η g / (√h + ε) (Duchi, Hazan and Singer 2011)."""

    name: Literal["adagrad"] = "adagrad"
    learning_rate: Annotated[float, Gt(0)] = 0.01
    """η, the size of the first step"""
    epsilon: Epsilon = 1e-10
    """ε, keeps the division finite"""

    def init(self, theta: Array) -> Slots:
        """The sums of squared gradients h."""
        return {"squares": zeros(len(theta), theta.dtype)}

    def update(
        self,
        slots: Slots,
        parameters: Parameters,
        *,
        learning_rate: float,
        step: int,
        revalue: Callable[[], float],
    ) -> None:
        """As `Optimizer.update`."""
        for theta, grad, h in blocks(parameters.theta, parameters.grad, slots["squares"]):
            root = np.multiply(grad, grad)
            h += root
            np.sqrt(h, root)
            root += self.epsilon
            grad /= root
            grad *= learning_rate
            theta -= grad
