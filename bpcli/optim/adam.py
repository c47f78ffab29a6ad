"""Adam and its relatives: averages of the gradient and of its square, each corrected for its start at zero."""

from __future__ import annotations

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
from bpcli.optim.base import Slots, make_slots
from bpcli.optim.blocks import InBlocks


@dataclass(frozen=True, kw_only=True)
class _Averages(InBlocks):
    """The averages of Adam and its relatives: m ← β₁ m + (1-β₁) g and v ← β₂ v + (1-β₂) g²."""

    learning_rate: Annotated[float, Gt(0)] = 0.001
    """η, the size of a step"""
    beta1: Annotated[float, Ge(0), Lt(1)] = 0.9
    """β₁, the share of the average gradient that is kept"""
    beta2: Annotated[float, Ge(0), Lt(1)] = 0.999
    """β₂, the share of the average square that is kept"""
    epsilon: Annotated[float, Gt(0)] = 1e-8
    """ε, keeps the division from zero"""
    decaying_slots: ClassVar[tuple[str, ...]] = ("mean", "mean_square")

    def init(self, theta: Array) -> Slots:
        return make_slots(theta, "mean", "mean_square")

    def _average_gradient(self, slots: Slots, grad: Array) -> Array:
        """m ← β₁ m + (1-β₁) g"""
        m = slots["mean"]
        m *= self.beta1
        m += (1 - self.beta1) * grad
        return m

    def _average_square(self, slots: Slots, grad: Array) -> Array:
        """v ← β₂ v + (1-β₂) g²"""
        v = slots["mean_square"]
        v *= self.beta2
        v += (1 - self.beta2) * grad * grad
        return v


@dataclass(frozen=True, kw_only=True)
class Adam(_Averages):
    """adam: w ← w - η m̂ / (√v̂ + ε), m̂ = m / (1-β₁^t), v̂ = v / (1-β₂^t) (Kingma and Ba 2015, algorithm 1).

    amsgrad: the greatest v so far in the place of v (Reddi, Kale and Kumar 2018).
    """

    name: Literal["adam"] = "adam"
    amsgrad: bool = False
    """divide by the greatest average square so far"""

    def init(self, theta: Array) -> Slots:
        return make_slots(theta, "mean", "mean_square", *(["greatest"] if self.amsgrad else []))

    def update(self, slots: Slots, theta: Array, grad: Array, *, learning_rate: float, step: int) -> None:
        t = step + 1
        m, v = self._average_gradient(slots, grad), self._average_square(slots, grad)
        if self.amsgrad:
            v = np.maximum(slots["greatest"], v, out=slots["greatest"])
        m_hat = m / (1 - self.beta1**t)
        v_hat = v / (1 - self.beta2**t)
        theta -= learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


@dataclass(frozen=True, kw_only=True)
class AdamW(Adam):
    """adamw: w ← w - η λ w before each step of adam, for weights, not for biases (Loshchilov and Hutter 2019)."""

    name: Literal["adamw"] = "adamw"  # type: ignore[assignment]
    weight_decay: Annotated[float, Ge(0)] = 0.01
    """λ: the share of a weight that a step takes away, times the learning rate"""

    def step(
        self, slots: Slots, parameters: Parameters, *, learning_rate: float, step: int, reevaluate: Callable[[], float]
    ) -> None:
        parameters.theta[parameters.weights] *= 1 - learning_rate * self.weight_decay
        super().step(slots, parameters, learning_rate=learning_rate, step=step, reevaluate=reevaluate)


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

    def update(self, slots: Slots, theta: Array, grad: Array, *, learning_rate: float, step: int) -> None:
        t = step + 1
        m, v = self._average_gradient(slots, grad), self._average_square(slots, grad)
        mu, next_mu = (_momentum(self.beta1, self.momentum_decay, i) for i in (t, t + 1))
        product = _momentum_product(self.beta1, self.momentum_decay, t)
        v_hat = v / (1 - self.beta2**t)
        ahead = (1 - mu) / (1 - product) * grad + next_mu / (1 - product * next_mu) * m
        theta -= learning_rate * ahead / (np.sqrt(v_hat) + self.epsilon)


@dataclass(frozen=True, kw_only=True)
class Adamax(_Averages):
    """adamax: w ← w - η / (1-β₁^t) · m / u, u ← max(β₂ u, |g| + ε) (Kingma and Ba 2015, algorithm 2)."""

    name: Literal["adamax"] = "adamax"
    learning_rate: Annotated[float, Gt(0)] = 0.002
    """η, the size of a step"""
    decaying_slots: ClassVar[tuple[str, ...]] = ("mean",)

    def init(self, theta: Array) -> Slots:
        return make_slots(theta, "mean", "largest")

    def update(self, slots: Slots, theta: Array, grad: Array, *, learning_rate: float, step: int) -> None:
        m, u = self._average_gradient(slots, grad), slots["largest"]
        u *= self.beta2
        np.maximum(u, np.abs(grad) + self.epsilon, out=u)
        theta -= learning_rate / (1 - self.beta1 ** (step + 1)) * m / u


def _momentum(beta1: float, decay: float, t: int) -> float:
    """Return μ_t of nadam, t from 1."""
    return float(beta1 * (1 - 0.5 * 0.96 ** (t * decay)))


def _momentum_product(beta1: float, decay: float, t: int) -> float:
    """Return Π_t of nadam, or 0 once 1 - Π_t is 1 to the last bit: a function of t, so that nothing need be saved."""
    return 0.0 if beta1**t < 1e-17 else _momentum_products(beta1, decay, 1 + (t - 1) // 4096)[t - 1]


@lru_cache(maxsize=4)
def _momentum_products(beta1: float, decay: float, stretches: int) -> tuple[float, ...]:
    """Return Π_1, Π_2, ... of so many stretches of 4,096."""
    momenta = (_momentum(beta1, decay, t) for t in range(1, 4096 * stretches + 1))
    return tuple(accumulate(momenta, mul))
