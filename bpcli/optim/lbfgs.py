"""L-BFGS, for the whole training split at once."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Gt

from bpcli.nn.arrays import Array, zeros
from bpcli.nn.parameters import Parameters
from bpcli.optim.line_search import Point, strong_wolfe
from bpcli.optim.optimizer import Slots

CURVED = 1e-10
"""The least s·y of a pair that is worth keeping: it must be positive for the direction to go down."""


@dataclass(frozen=True, kw_only=True)
class LBFGS:
    """lbfgs: w ← w + α d, d = -H g with H from the last steps s and changes of gradient y (Liu and Nocedal 1989).

    d by the two-loop recursion (Nocedal and Wright 2006, algorithm 7.4) from H₀ = (s·y / y·y) I of the newest pair, α
    by a line search for the strong Wolfe conditions that starts at η; without a pair d = -g, and it starts at
    η min(1, 1 / Σ|g|). One update takes two or more evaluations of the whole objective. It never goes up:
    where the search finds nothing lower the weights stay and the pairs are forgotten.
    """

    name: Literal["lbfgs"] = "lbfgs"
    learning_rate: Annotated[float, Gt(0)] = 1.0
    """η, the α tried first"""
    history: Annotated[int, Gt(0)] = 10
    """pairs kept"""

    def init(self, theta: Array) -> Slots:
        """The pairs s0, y0, s1, y1, ..., the newest first; a pair of zeros is none."""
        return {f"{letter}{i}": zeros(len(theta), theta.dtype) for i in range(self.history) for letter in "sy"}

    def update(
        self,
        slots: Slots,
        parameters: Parameters,
        *,
        learning_rate: float,
        step: int,
        revalue: Callable[[], float],
    ) -> None:
        """As `Optimizer.update`, with `revalue` at each point that the search tries."""
        theta, grad = parameters.theta, parameters.grad
        value = revalue()
        origin, gradient = theta.copy(), grad.copy()
        direction, first = self._direction(slots, gradient), learning_rate
        if not slots["s0"].any():
            first /= max(1.0, float(np.abs(gradient).sum()))
        start = Point(0.0, value, float(gradient.dot(direction)), gradient)
        if not start.slope * first < 0:
            _forget(slots)
            return

        def move(alpha: float) -> None:
            np.multiply(direction, alpha, theta)
            np.add(theta, origin, theta)

        def evaluate(alpha: float) -> Point:
            move(alpha)
            value, slope = revalue(), float(grad.dot(direction))
            usable = math.isfinite(value) and math.isfinite(slope)
            return Point(alpha, value if usable else math.inf, slope, grad.copy())

        found = strong_wolfe(evaluate, start, first, length=float(np.abs(direction).max()))
        move(found.step)
        if found.step == 0:
            _forget(slots)
        else:
            self._remember(slots, np.multiply(direction, found.step, direction), found.grad - gradient)

    def _pairs(self, slots: Slots) -> list[tuple[Array, Array, float]]:
        """s, y and 1 / s·y of each pair there is, the newest first."""
        pairs = [(slots[f"s{i}"], slots[f"y{i}"]) for i in range(self.history)]
        products = [float(s.dot(y)) for s, y in pairs]
        return [(s, y, 1 / product) for (s, y), product in zip(pairs, products, strict=True) if product]

    def _direction(self, slots: Slots, gradient: Array) -> Array:
        """-H g"""
        direction, pairs = -gradient, self._pairs(slots)
        shares = []
        for s, y, rho in pairs:
            shares.append(rho * float(s.dot(direction)))
            direction -= shares[-1] * y
        if pairs:
            _, y, rho = pairs[0]
            direction *= 1 / (rho * float(y.dot(y)))
        for (s, y, rho), share in zip(reversed(pairs), reversed(shares), strict=True):
            direction += (share - rho * float(y.dot(direction))) * s
        return direction

    def _remember(self, slots: Slots, s: Array, y: Array) -> None:
        """Put a pair before the others, in the arrays of the oldest."""
        if not float(s.dot(y)) > CURVED:
            return
        for letter, newest in (("s", s), ("y", y)):
            last = slots[f"{letter}{self.history - 1}"]
            for i in range(self.history - 1, 0, -1):
                slots[f"{letter}{i}"] = slots[f"{letter}{i - 1}"]
            slots[f"{letter}0"] = last
            last[...] = newest


def _forget(slots: Slots) -> None:
    """Start over from the gradient alone."""
    for array in slots.values():
        array.fill(0)
