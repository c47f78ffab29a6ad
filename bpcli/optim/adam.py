"""Adam and its relatives: averages of the gradient and of its square, each corrected for its start at zero."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from operator import mul
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge, Gt, Lt

from bpcli.nn.arrays import Array
from bpcli.nn.parameters import Parameters
from bpcli.optim.optimizer import Slots, Unscaled, blocks, make_slots
from bpcli.optim.subnormals import flush_subnormals


@dataclass(frozen=True, kw_only=True)
class _Averages(Unscaled):
    """m ← β₁ m + (1-β₁) g and v ← β₂ v + (1-β₂) g².

    Kept are the sums M = m / (1-β₁) and V = v / (1-β₂): M ← β₁ M + g takes a pass less over the parameters, and the
    factors go into η and ε.
    """

    learning_rate: Annotated[float, Gt(0)] = 0.001
    """η, the size of a step"""
    beta1: Annotated[float, Ge(0), Lt(1)] = 0.9
    """β₁, the share of the average gradient that is kept"""
    beta2: Annotated[float, Ge(0), Lt(1)] = 0.999
    """β₂, the share of the average square that is kept"""
    epsilon: Annotated[float, Gt(0)] = 1e-8
    """ε, keeps the division from zero"""
    searches: ClassVar[bool] = False

    def init(self, theta: Array) -> Slots:
        return make_slots(theta, "gradients", "squares")

    def _mean(self, step: int) -> float:
        """m̂ / M"""
        return (1 - self.beta1) / (1 - self.beta1 ** (step + 1))

    def _root(self, step: int) -> float:
        """√(v̂ / V)"""
        return math.sqrt((1 - self.beta2) / (1 - self.beta2 ** (step + 1)))


@dataclass(frozen=True, kw_only=True)
class Adam(_Averages):
    """adam: w ← w - η m̂ / (√v̂ + ε), m̂ = m / (1-β₁^t), v̂ = v / (1-β₂^t) (Kingma and Ba 2015, algorithm 1).

    amsgrad: the greatest v so far in the place of v (Reddi, Kale and Kumar 2018).
    """

    name: Literal["adam"] = "adam"
    amsgrad: bool = False
    """divide by the greatest average square so far"""

    def init(self, theta: Array) -> Slots:
        return make_slots(theta, "gradients", "squares", *(["greatest"] if self.amsgrad else []))

    def update(
        self, slots: Slots, parameters: Parameters, *, learning_rate: float, step: int, revalue: Callable[[], float]
    ) -> None:
        root = self._root(step)
        rate = learning_rate * self._mean(step) / root
        divisors = slots["greatest" if self.amsgrad else "squares"]
        vectors = parameters.theta, parameters.grad, slots["gradients"], slots["squares"], divisors
        for theta, g, M, V, divisor in blocks(*vectors):
            M *= self.beta1
            M += g
            V *= self.beta2
            V += np.multiply(g, g, g)
            if self.amsgrad:
                np.maximum(divisor, V, out=divisor)
            np.sqrt(divisor, g)
            g += self.epsilon / root
            np.divide(M, g, g)
            g *= rate
            theta -= g
            flush_subnormals(M, step=step)
            flush_subnormals(V, step=step)


@dataclass(frozen=True, kw_only=True)
class AdamW(Adam):
    """adamw: w ← w - η λ w before each step of adam, for weights, not for biases (Loshchilov and Hutter 2019)."""

    name: Literal["adamw"] = "adamw"  # type: ignore[assignment]
    weight_decay: Annotated[float, Ge(0)] = 0.01
    """λ: the share of a weight that a step takes away, times the learning rate"""

    def update(
        self, slots: Slots, parameters: Parameters, *, learning_rate: float, step: int, revalue: Callable[[], float]
    ) -> None:
        parameters.theta[parameters.weights] *= 1 - learning_rate * self.weight_decay
        super().update(slots, parameters, learning_rate=learning_rate, step=step, revalue=revalue)


@dataclass(frozen=True, kw_only=True)
class NAdam(_Averages):
    """nadam: adam with Nesterov's look ahead (Dozat 2016, as PyTorch has it).

    w ← w - η [(1-μ_t) g / (1-Π_t) + μ_{t+1} m / (1-Π_{t+1})] / (√v̂ + ε), with μ_t = β₁ (1 - ½ · 0.96^(t ψ)), t from 1,
    and Π_t = μ_1 ⋯ μ_t.
    """

    name: Literal["nadam"] = "nadam"
    learning_rate: Annotated[float, Gt(0)] = 0.002
    """η, the size of a step"""
    momentum_decay: Annotated[float, Ge(0)] = 0.004
    """ψ, how fast μ grows to β₁"""

    def update(
        self, slots: Slots, parameters: Parameters, *, learning_rate: float, step: int, revalue: Callable[[], float]
    ) -> None:
        now, then = (_momentum(self.beta1, self.momentum_decay, t) for t in (step + 1, step + 2))
        product = _momentum_product(self.beta1, self.momentum_decay, step + 1)
        root = self._root(step)
        of_gradient = learning_rate * (1 - now) / (1 - product) / root
        of_sum = learning_rate * then / (1 - product * then) * (1 - self.beta1) / root
        vectors = parameters.theta, parameters.grad, slots["gradients"], slots["squares"]
        for theta, g, M, V in blocks(*vectors):
            M *= self.beta1
            M += g
            scale = g * g
            V *= self.beta2
            V += scale
            g *= of_gradient
            g += np.multiply(M, of_sum, scale)
            np.sqrt(V, scale)
            scale += self.epsilon / root
            g /= scale
            theta -= g
            flush_subnormals(M, step=step)
            flush_subnormals(V, step=step)


@dataclass(frozen=True, kw_only=True)
class Adamax(_Averages):
    """adamax: w ← w - η / (1-β₁^t) · m / u, u ← max(β₂ u, |g| + ε) (Kingma and Ba 2015, algorithm 2)."""

    name: Literal["adamax"] = "adamax"
    learning_rate: Annotated[float, Gt(0)] = 0.002
    """η, the size of a step"""

    def init(self, theta: Array) -> Slots:
        return make_slots(theta, "gradients", "largest")

    def update(
        self, slots: Slots, parameters: Parameters, *, learning_rate: float, step: int, revalue: Callable[[], float]
    ) -> None:
        rate = learning_rate * self._mean(step)
        for theta, g, M, u in blocks(parameters.theta, parameters.grad, slots["gradients"], slots["largest"]):
            M *= self.beta1
            M += g
            np.abs(g, g)
            g += self.epsilon
            u *= self.beta2
            np.maximum(u, g, out=u)
            np.divide(M, u, g)
            g *= rate
            theta -= g
            flush_subnormals(M, step=step)


def _momentum(beta1: float, decay: float, t: int) -> float:
    """μ_t of nadam, t from 1."""
    return float(beta1 * (1 - 0.5 * 0.96 ** (t * decay)))


def _momentum_product(beta1: float, decay: float, t: int) -> float:
    """Π_t of nadam: a function of t alone, so that nothing need be saved; 0 once 1 - Π_t is 1 to the last bit."""
    return 0.0 if beta1**t < 1e-17 else _momentum_products(beta1, decay, 1 + (t - 1) // 4096)[t - 1]


@lru_cache(maxsize=4)
def _momentum_products(beta1: float, decay: float, stretches: int) -> tuple[float, ...]:
    """Π_1, Π_2, ... of so many stretches of 4,096."""
    momenta = (_momentum(beta1, decay, t) for t in range(1, 4096 * stretches + 1))
    return tuple(accumulate(momenta, mul))
