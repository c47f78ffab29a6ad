"""L-BFGS: a step along a quasi-Newton direction, as far as a line search goes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge, Gt, Le

from bpcli.nn.arrays import Array
from bpcli.nn.parameters import Parameters
from bpcli.optim.base import Slots, make_slots
from bpcli.optim.line_search import Point, strong_wolfe

LEAST_CURVATURE = 1e-10
"""A pair with less sᵀy says nothing about the curvature, and is left out."""


@dataclass(frozen=True, kw_only=True)
class LBFGS:
    """lbfgs: w ← w - t H g, H from the last `history` steps, t by a line search (Liu and Nocedal 1989).

    Two loops give H g (Nocedal and Wright 2006, algorithm 7.4), and t meets the strong Wolfe conditions. For the whole
    training split at once. The learning rate is the first t that is tried, divided by Σ|g|, if that is over 1, while
    nothing is remembered. Where no t is found that lowers the objective, the weights stay and all is forgotten: the
    next step goes down the gradient.
    """

    name: Literal["lbfgs"] = "lbfgs"
    learning_rate: Annotated[float, Gt(0)] = 1.0
    """the first length of a step that is tried"""
    history: Annotated[int, Ge(1), Le(100)] = 10
    """steps that are remembered"""
    uses_line_search: ClassVar[bool] = True
    decaying_slots: ClassVar[tuple[str, ...]] = ()

    def init(self, theta: Array) -> Slots:
        """Return s and y, the change of weights and of the gradient, of each remembered step, the newest first.

        A pair of zeros is not used.
        """
        pairs = [f"{kind}{i}" for i in range(self.history) for kind in ("s", "y")]
        return make_slots(theta, *pairs)

    def step(
        self, slots: Slots, parameters: Parameters, *, learning_rate: float, step: int, reevaluate: Callable[[], float]
    ) -> None:
        theta, grad = parameters.theta, parameters.grad
        start, g = theta.copy(), grad.copy()
        direction = self._direction(slots, g)
        slope, at = float(np.dot(g, direction)), 0.0

        def evaluate(t: float) -> Point:
            nonlocal at
            np.multiply(direction, t, theta)
            np.add(theta, start, theta)
            at, value = t, reevaluate()
            slope = float(np.dot(grad, direction))
            return Point(t, value if math.isfinite(value) else math.inf, slope if math.isfinite(slope) else math.inf)

        first = learning_rate if slots["s0"].any() else learning_rate / max(1.0, float(np.abs(g).sum()))
        here = Point(0.0, reevaluate(), slope)
        found = here
        if slope < 0:
            found = strong_wolfe(evaluate, here, first, largest=float(np.abs(direction).max()))
        if not found.value < here.value:
            theta[...] = start
            for slot in slots.values():
                slot.fill(0)
            return
        # The last point that was tried need not be the best.
        if at != found.t:
            evaluate(found.t)
        self._remember(slots, direction * found.t, grad - g)

    def _remember(self, slots: Slots, s: Array, y: Array) -> None:
        """Put a step and its change of gradient before the other pairs, and drop the oldest."""
        if not float(np.dot(s, y)) > LEAST_CURVATURE:
            return
        for kind, newest in (("s", s), ("y", y)):
            for i in range(self.history - 1, 0, -1):
                slots[f"{kind}{i}"][...] = slots[f"{kind}{i - 1}"]
            slots[f"{kind}0"][...] = newest

    def _direction(self, slots: Slots, g: Array) -> Array:
        """Compute -H g, by the pairs from the newest to the oldest and back."""
        pairs = [(slots[f"s{i}"], slots[f"y{i}"]) for i in range(self.history)]
        used = [(s, y, float(np.dot(s, y))) for s, y in pairs if s.any()]
        direction: Array = -g
        weights = []
        for s, y, curvature in used:
            weight = float(np.dot(s, direction)) / curvature
            weights.append(weight)
            direction -= direction.dtype.type(weight) * y
        if used:
            _, y, curvature = used[0]
            direction *= direction.dtype.type(curvature / float(np.dot(y, y)))
        for (s, y, curvature), weight in zip(reversed(used), reversed(weights), strict=True):
            direction += direction.dtype.type(weight - float(np.dot(y, direction)) / curvature) * s
        return direction
