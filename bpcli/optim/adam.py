"""Adam, from running averages of the gradient and of its square, and AdamW, which shrinks the weights besides."""

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
class AdamFamily:
    """m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², w ← w - η m̂ / (√v̂ + ε).

    m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ) at the update number t, from 1 (Kingma and Ba 2015, algorithm 1).

    The slots hold the sums M = m / (1 - β₁) and V = v / (1 - β₂): M ← β₁ M + g takes one pass over the parameters
    less than m does, and all factors go into η and ε.
    """

    name: str
    learning_rate: Annotated[float, Gt(0)] = 0.001
    """η, about the size of a step"""
    beta1: Annotated[float, Ge(0), Lt(1)] = 0.9
    """β₁, the share of the last average of gradients that is kept"""
    beta2: Annotated[float, Ge(0), Lt(1)] = 0.999
    """β₂, the share of the last average of squared gradients that is kept"""
    epsilon: Epsilon = 1e-8
    """ε, keeps the division finite"""
    amsgrad: bool = False
    """divide by the largest √v so far (Reddi, Kale and Kumar 2018, algorithm 2)"""

    def init(self, theta: Array) -> Slots:
        """The decayed sums of g and of g², and for AMSGrad the largest of the latter."""
        names = ["gradients", "squares", *(["largest"] if self.amsgrad else [])]
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
        root = math.sqrt((1 - self.beta2) / (1 - self.beta2 ** (step + 1)))
        rate = learning_rate * (1 - self.beta1) / (1 - self.beta1 ** (step + 1)) / root
        largest = slots["largest" if self.amsgrad else "squares"]
        arrays = parameters.theta, parameters.grad, slots["gradients"], slots["squares"], largest
        for theta, grad, M, V, divisor in blocks(*arrays):
            M *= self.beta1
            M += grad
            V *= self.beta2
            V += np.multiply(grad, grad, grad)
            if self.amsgrad:
                np.maximum(divisor, V, out=divisor)
            np.sqrt(divisor, grad)
            grad += self.epsilon / root
            np.divide(M, grad, grad)
            grad *= rate
            theta -= grad
            flush_subnormals(M, scratch=grad, step=step)
            flush_subnormals(V, scratch=grad, step=step)


@dataclass(frozen=True, kw_only=True)
class Adam(AdamFamily):
    """adam: w ← w - η m̂ / (√v̂ + ε), with averages m of g and v of g², the bias taken out (Kingma and Ba 2015)."""

    name: Literal["adam"] = "adam"


@dataclass(frozen=True, kw_only=True)
class AdamW(AdamFamily):
    """adamw: w ← (1 - η λ) w, then as adam; biases do not shrink (Loshchilov and Hutter 2019, algorithm 2)."""

    name: Literal["adamw"] = "adamw"
    weight_decay: Annotated[float, Ge(0)] = 0.01
    """λ, how fast the weights shrink; no part of the objective, unlike regularization.l2"""

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
        parameters.theta[parameters.weights] *= 1 - learning_rate * self.weight_decay
        super().update(slots, parameters, learning_rate=learning_rate, step=step, revalue=revalue)
