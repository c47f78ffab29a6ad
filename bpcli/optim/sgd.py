"""Stochastic gradient descent, with momentum in its classic, damped and Nesterov forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Le, Lt

from bpcli.nn.arrays import Array
from bpcli.optim.base import FirstOrder, Slots, make_slots


@dataclass(frozen=True, kw_only=True)
class SGD(FirstOrder):
    """sgd: v ← μ v + (1 - dampening) g, w ← w - η v; with Nesterov w ← w - η (g + μ v).

    dampening 0 is the classic form (Polyak 1964; Rumelhart, Hinton and Williams 1986); dampening = μ is the
    exponential average of gradients. Nesterov's form is that of Sutskever et al. 2013 as PyTorch writes it.
    The velocity starts at zero (PyTorch starts it at the first g, which differs where dampening is not 0).
    """

    name: Literal["sgd"] = "sgd"
    learning_rate: Annotated[float, Gt(0)] = 0.1
    """η, the size of a step"""
    momentum: Annotated[float, Ge(0), Lt(1)] = 0.0
    """μ, the share of the last velocity that is kept"""
    dampening: Annotated[float, Ge(0), Le(1)] = 0.0
    """the share of the gradient left out of the velocity"""
    nesterov: bool = False
    """look ahead along the velocity; needs momentum > 0 and dampening 0"""
    decaying_slots: ClassVar[tuple[str, ...]] = ("velocity",)

    def init(self, theta: Array) -> Slots:
        return make_slots(theta, "velocity") if self.momentum else {}

    def update(self, slots: Slots, theta: Array, grad: Array, *, learning_rate: float, step: int) -> None:
        if not self.momentum:
            theta -= learning_rate * grad
            return
        v = slots["velocity"]
        v *= self.momentum
        v += (1 - self.dampening) * grad if self.dampening else grad
        direction = grad + self.momentum * v if self.nesterov else v
        theta -= learning_rate * direction
