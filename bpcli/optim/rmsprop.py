"""RMSProp."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge, Gt, Lt

from bpcli.nn.arrays import Array
from bpcli.nn.parameters import Parameters
from bpcli.optim.optimizer import Slots, Unscaled, blocks, make_slots
from bpcli.optim.subnormals import flush_subnormals


@dataclass(frozen=True, kw_only=True)
class RMSProp(Unscaled):
    """rmsprop: s ← ρ s + (1-ρ) g², w ← w - η g / (√s + ε) (Tieleman and Hinton 2012).

    centered: √(s - m²) in the place of √s, with m ← ρ m + (1-ρ) g (Graves 2013, eq. 38 to 41). momentum: the quotient
    is summed, v ← μ v + g / (√s + ε), w ← w - η v, as PyTorch has it.

    Kept are the sums S = s / (1-ρ), M = m / (1-ρ) and √(1-ρ) v: S ← ρ S + g² takes a pass less over the parameters,
    and the factors go into η and ε.
    """

    name: Literal["rmsprop"] = "rmsprop"
    learning_rate: Annotated[float, Gt(0)] = 0.001
    """η, the size of a step"""
    rho: Annotated[float, Ge(0), Lt(1)] = 0.99
    """ρ, the share of the last average that is kept"""
    momentum: Annotated[float, Ge(0), Lt(1)] = 0.0
    """μ, the share of the last velocity that is kept"""
    centered: bool = False
    """divide by the deviation of the gradient instead of its size"""
    epsilon: Annotated[float, Gt(0)] = 1e-8
    """ε, keeps the division from zero"""
    searches: ClassVar[bool] = False

    def init(self, theta: Array) -> Slots:
        names = ["squares", *(["gradients"] if self.centered else []), *(["velocity"] if self.momentum else [])]
        return make_slots(theta, *names)

    def update(
        self, slots: Slots, parameters: Parameters, *, learning_rate: float, step: int, revalue: Callable[[], float]
    ) -> None:
        root = math.sqrt(1 - self.rho)
        for theta, g, *memory in blocks(parameters.theta, parameters.grad, *slots.values()):
            slot, scale = dict(zip(slots, memory, strict=True)), g * g
            S = slot["squares"]
            S *= self.rho
            S += scale
            if self.centered:
                M = slot["gradients"]
                M *= self.rho
                M += g
                np.multiply(M, M, scale)
                scale *= self.rho - 1
                scale += S
                np.maximum(scale, 0, out=scale)  # what rounding may leave below it
            np.sqrt(scale if self.centered else S, scale)
            scale += self.epsilon / root
            g /= scale
            if self.momentum:
                velocity = slot["velocity"]
                velocity *= self.momentum
                velocity += g
                np.multiply(velocity, learning_rate / root, g)
            else:
                g *= learning_rate / root
            theta -= g
            for array in memory:
                flush_subnormals(array, step=step)
