"""RMSprop: gradients over a running average of their size."""

from __future__ import annotations

import math
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
class RMSprop:
    """rmsprop: v ← ρ v + (1 - ρ) g², w ← w - η g / (√v + ε) (Tieleman and Hinton 2012, lecture 6e).

    Centered, the average of the gradients m ← ρ m + (1 - ρ) g makes it the variance v - m² (Graves 2013, eq. 38-45).
    With momentum, u ← μ u + g / (√v + ε) and w ← w - η u.

    The slots hold v, m and u without the factors 1 - ρ, as sums: V ← ρ V + g² is v / (1 - ρ). That saves passes over
    the parameters, and the factors go into η and ε.
    """

    name: Literal["rmsprop"] = "rmsprop"
    learning_rate: Annotated[float, Gt(0)] = 0.01
    """η, the size of a step"""
    rho: Annotated[float, Ge(0), Lt(1)] = 0.99
    """ρ, the share of the last averages that is kept"""
    momentum: Annotated[float, Ge(0), Lt(1)] = 0.0
    """μ, the share of the last velocity that is kept"""
    centered: bool = False
    """divide by the standard deviation of the gradients, not by their root mean square"""
    epsilon: Epsilon = 1e-8
    """ε, keeps the division finite"""

    def init(self, theta: Array) -> Slots:
        """The decayed sums of g², and where they are needed of g and of the steps."""
        names = ["squares", *(["gradients"] if self.centered else []), *(["velocity"] if self.momentum else [])]
        return {name: zeros(len(theta), theta.dtype) for name in names}

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
        scale = math.sqrt(1 - self.rho)
        for theta, grad, *memory in blocks(parameters.theta, parameters.grad, *slots.values()):
            slot = dict(zip(slots, memory, strict=True))
            V, root = slot["squares"], np.multiply(grad, grad)
            V *= self.rho
            V += root
            if self.centered:
                self._center(slot["gradients"], V, grad, root)
            np.sqrt(root if self.centered else V, root)
            root += self.epsilon / scale
            grad /= root
            if self.momentum:
                velocity = slot["velocity"]
                velocity *= self.momentum
                velocity += grad
                np.multiply(velocity, learning_rate / scale, grad)
            else:
                grad *= learning_rate / scale
            theta -= grad
            for array in memory:
                flush_subnormals(array, scratch=root, step=step)

    def _center(self, M: Array, V: Array, grad: Array, variance: Array) -> None:
        """Take the gradient into M, and put V - (1 - ρ) M², which is (v - m²) / (1 - ρ), into `variance`."""
        M *= self.rho
        M += grad
        np.multiply(M, M, variance)
        variance *= self.rho - 1
        variance += V
        # A gradient that never changes has none, and rounding may take a little more than all of it.
        np.maximum(variance, 0, out=variance)
