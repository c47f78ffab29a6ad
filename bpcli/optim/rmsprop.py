"""Adagrad, and RMSProp, which forgets: steps divided by the size of the gradients so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge, Gt, Lt

from bpcli.nn.arrays import Array
from bpcli.optim.base import Slots, make_slots
from bpcli.optim.blocks import InBlocks


@dataclass(frozen=True, kw_only=True)
class Adagrad(InBlocks):
    """adagrad: s ← s + g², w ← w - η g / (√s + ε) (Duchi, Hazan and Singer 2011)."""

    name: Literal["adagrad"] = "adagrad"
    learning_rate: Annotated[float, Gt(0)] = 0.01
    """η, the size of a step"""
    epsilon: Annotated[float, Gt(0)] = 1e-10
    """ε, keeps the division from zero"""

    def init(self, theta: Array) -> Slots:
        return make_slots(theta, "square_sum")

    def update(self, slots: Slots, theta: Array, grad: Array, *, learning_rate: float, step: int) -> None:
        s = slots["square_sum"]
        s += grad * grad
        theta -= learning_rate * grad / (np.sqrt(s) + self.epsilon)


@dataclass(frozen=True, kw_only=True)
class RMSProp(InBlocks):
    """rmsprop: s ← ρ s + (1-ρ) g², w ← w - η g / (√s + ε) (Tieleman and Hinton 2012).

    centered: √(s - m²) in the place of √s, with m ← ρ m + (1-ρ) g (Graves 2013, eq. 38 to 41). momentum: the quotient
    is summed, v ← μ v + g / (√s + ε), w ← w - η v, as PyTorch has it.
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
    decaying_slots: ClassVar[tuple[str, ...]] = ("mean_square", "mean", "velocity")

    def init(self, theta: Array) -> Slots:
        names = ["mean_square", *(["mean"] if self.centered else []), *(["velocity"] if self.momentum else [])]
        return make_slots(theta, *names)

    def update(self, slots: Slots, theta: Array, grad: Array, *, learning_rate: float, step: int) -> None:
        s = slots["mean_square"]
        s *= self.rho
        s += (1 - self.rho) * grad * grad
        variance = s
        if self.centered:
            m = slots["mean"]
            m *= self.rho
            m += (1 - self.rho) * grad
            # Rounding may leave less than 0.
            variance = np.maximum(s - m * m, 0)
        quotient = grad / (np.sqrt(variance) + self.epsilon)
        if self.momentum:
            v = slots["velocity"]
            v *= self.momentum
            v += quotient
            quotient = v
        theta -= learning_rate * quotient
