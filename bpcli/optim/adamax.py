"""Adamax: Adam with the largest gradient in place of the mean square."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt, Lt

from bpcli.nn.arrays import Array, zeros
from bpcli.nn.parameters import Parameters
from bpcli.optim.blocks import blocks
from bpcli.optim.optimizer import Epsilon, Slots
from bpcli.optim.subnormals import flush_subnormals


@dataclass(frozen=True, kw_only=True)
class Adamax:
    """adamax: u ← max(β₂ u, |g| + ε), w ← w - η m̂ / u, with m̂ of adam (Kingma and Ba 2015, algorithm 2).

    ε, which the paper has not, keeps u from zero, as in PyTorch.
    """

    name: Literal["adamax"] = "adamax"
    learning_rate: Annotated[float, Gt(0)] = 0.002
    """η, about the size of a step"""
    beta1: Annotated[float, Ge(0), Lt(1)] = 0.9
    """β₁, the share of the last average of gradients that is kept"""
    beta2: Annotated[float, Ge(0), Lt(1)] = 0.999
    """β₂, the share of the last largest gradient that is kept"""
    epsilon: Epsilon = 1e-8
    """ε, keeps the division finite"""

    def init(self, theta: Array) -> Slots:
        """The decayed sum of g, which is m / (1 - β₁), and the decayed largest |g|, u."""
        return {name: zeros(len(theta), theta.dtype) for name in ("gradients", "largest")}

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
        rate = learning_rate * (1 - self.beta1) / (1 - self.beta1 ** (step + 1))
        arrays = parameters.theta, parameters.grad, slots["gradients"], slots["largest"]
        for theta, grad, M, u in blocks(*arrays):
            M *= self.beta1
            M += grad
            np.abs(grad, grad)
            grad += self.epsilon
            u *= self.beta2
            np.maximum(u, grad, out=u)
            np.divide(M, u, grad)
            grad *= rate
            theta -= grad
            flush_subnormals(M, scratch=grad, step=step)
