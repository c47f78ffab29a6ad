"""Stochastic gradient descent, with momentum in its classic, damped and Nesterov forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge, Gt, Le, Lt

from bpcli.nn.arrays import Array, constant, zeros
from bpcli.nn.parameters import Parameters
from bpcli.optim.optimizer import Slots, blocks
from bpcli.optim.subnormals import flush_subnormals


@dataclass(frozen=True, kw_only=True)
class SGD:
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
    searches: ClassVar[bool] = False

    def init(self, theta: Array) -> Slots:
        """The slots for parameters `theta (P,)`: none without momentum, else the displacement η v.

        With the velocity kept times η, and the gradient coming times η, a step takes a pass less over the parameters.
        At a rate of 0 it is the velocity itself.
        """
        return {"displacement": zeros(len(theta), theta.dtype)} if self.momentum else {}

    def scale(self, learning_rate: float) -> float:
        """η; where a schedule has come to 0 nothing is scaled, so that the velocity is not lost."""
        return learning_rate or 1.0

    def change_rate(self, slots: Slots, then: float, now: float) -> None:
        if self.momentum:
            slots["displacement"] *= self.scale(now) / self.scale(then)

    def carry(self, then: float, now: float) -> float:
        """μ, for a displacement times the new rate; 0 in the forms that need the gradient by itself."""
        return 0.0 if self.nesterov or self.dampening else self.momentum * (self.scale(now) / self.scale(then))

    def update(
        self,
        slots: Slots,
        parameters: Parameters,
        *,
        learning_rate: float,
        step: int,
        revalue: Callable[[], float],
    ) -> None:
        """Change `theta` and the slots in place; `grad`, which is η g, serves as scratch. `step` counts from 0.

        Where the displacement is `grad` itself, it has been summed up there already (`carry`).
        """
        summed_up = self.momentum and slots["displacement"] is parameters.grad
        if summed_up or not self.momentum:
            if learning_rate:
                parameters.theta -= parameters.grad
            if summed_up:
                flush_subnormals(parameters.grad, step=step)
            return
        momentum = constant(self.momentum, parameters.theta.dtype)
        for theta, grad, displacement in blocks(parameters.theta, parameters.grad, slots["displacement"]):
            np.multiply(displacement, momentum, displacement)
            if self.dampening:
                grad *= 1 - self.dampening
            displacement += grad
            if learning_rate and self.nesterov:
                theta -= grad
                theta -= np.multiply(displacement, self.momentum, grad)
            elif learning_rate:
                theta -= displacement
            flush_subnormals(displacement, step=step)
