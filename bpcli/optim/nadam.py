"""NAdam: Adam with Nesterov's look ahead."""

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
class NAdam:
    """nadam: w ← w - η (a g + b m) / (√v̂ + ε), with m, v and v̂ of adam (Dozat 2016).

    a = (1 - μₜ) / (1 - Π_{i≤t} μᵢ) and b = μₜ₊₁ / (1 - Π_{i≤t+1} μᵢ) at the update number t, from 1, with
    μᵢ = β₁ (1 - 0.96^(i ψ) / 2). The slots are adam's.
    """

    name: Literal["nadam"] = "nadam"
    learning_rate: Annotated[float, Gt(0)] = 0.002
    """η, about the size of a step"""
    beta1: Annotated[float, Ge(0), Lt(1)] = 0.9
    """β₁, the share of the last average of gradients that is kept"""
    beta2: Annotated[float, Ge(0), Lt(1)] = 0.999
    """β₂, the share of the last average of squared gradients that is kept"""
    epsilon: Epsilon = 1e-8
    """ε, keeps the division finite"""
    momentum_decay: Annotated[float, Ge(0)] = 0.004
    """ψ, how fast μ rises from half of β₁ to β₁"""

    def init(self, theta: Array) -> Slots:
        """The decayed sums of g and of g²."""
        return {name: zeros(len(theta), theta.dtype) for name in ("gradients", "squares")}

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
        rate = learning_rate / root
        of_grad = rate * (1 - self._momentum(step + 1)) / (1 - self._product(step + 1))
        of_sum = rate * self._momentum(step + 2) / (1 - self._product(step + 2)) * (1 - self.beta1)
        arrays = parameters.theta, parameters.grad, slots["gradients"], slots["squares"]
        for theta, grad, M, V in blocks(*arrays):
            M *= self.beta1
            M += grad
            scratch = np.multiply(grad, grad)
            V *= self.beta2
            V += scratch
            grad *= of_grad
            grad += np.multiply(M, of_sum, scratch)
            np.sqrt(V, scratch)
            scratch += self.epsilon / root
            grad /= scratch
            theta -= grad
            flush_subnormals(M, scratch=scratch, step=step)
            flush_subnormals(V, scratch=scratch, step=step)

    def _momentum(self, t: int) -> float:
        """μₜ"""
        return self.beta1 * (1 - math.pow(0.96, t * self.momentum_decay) / 2)

    def _product(self, t: int) -> float:
        """Π_{i≤t} μᵢ, or 0 once 1 - Π is 1 to the last bit, so that it need not be kept nor be long to find."""
        if self.beta1**t < np.finfo(float).eps / 4:
            return 0.0
        return math.prod(self._momentum(i) for i in range(1, t + 1))
