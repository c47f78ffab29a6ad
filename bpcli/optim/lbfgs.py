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
from bpcli.optim.line_search import Point, strong_wolfe
from bpcli.optim.optimizer import Slots, make_slots

LEAST_CURVATURE = 1e-10
"""A pair with less sᵀy says nothing of the curvature, and is left out."""
LEAST_SLOPE = 1e-9
"""Along a flatter direction no step is taken."""


@dataclass(frozen=True, kw_only=True)
class LBFGS:
    """lbfgs: w ← w - t H g, H from the last `history` steps, t by a line search (Liu and Nocedal 1989).

    Two loops give H g (Nocedal and Wright 2006, algorithm 7.4), and t meets the strong Wolfe conditions. For the whole
    training split at once. The learning rate is the first t that is tried.
    """

    name: Literal["lbfgs"] = "lbfgs"
    learning_rate: Annotated[float, Gt(0)] = 1.0
    """the first length of a step that is tried"""
    history: Annotated[int, Ge(1), Le(100)] = 10
    """steps that are remembered"""
    searches: ClassVar[bool] = True

    def init(self, theta: Array) -> Slots:
        """Per remembered step, the newest first, its change of weights s and of the gradient y; zeros are not used."""
        pairs = [f"{kind}{i}" for i in range(self.history) for kind in ("s", "y")]
        return make_slots(theta, "previous_gradient", "previous_step", *pairs)

    def update(
        self, slots: Slots, parameters: Parameters, *, learning_rate: float, step: int, revalue: Callable[[], float]
    ) -> None:
        theta, grad = parameters.theta, parameters.grad
        g = grad.copy()
        is_first = not slots["previous_gradient"].any()
        if not is_first:
            self._remember(slots, g)
        direction = self._direction(slots, g)
        slots["previous_gradient"][...] = g
        slots["previous_step"][...] = 0
        slope = float(np.dot(g, direction))
        if not slope < -LEAST_SLOPE:
            return
        start, at = theta.copy(), 0.0

        def evaluate(t: float) -> Point:
            nonlocal at
            np.multiply(direction, t, theta)
            np.add(theta, start, theta)
            at, value = t, revalue()
            slope = float(np.dot(grad, direction))
            return Point(t, value if math.isfinite(value) else math.inf, slope if math.isfinite(slope) else math.inf)

        first = min(1.0, 1 / float(np.abs(g).sum())) * learning_rate if is_first else learning_rate
        here = Point(0.0, revalue(), slope)
        found = strong_wolfe(evaluate, here, first, largest=float(np.abs(direction).max()))
        t = found.t if found.value < here.value else 0.0
        theta[...] = start + theta.dtype.type(t) * direction
        np.multiply(direction, t, slots["previous_step"])

    def _remember(self, slots: Slots, g: Array) -> None:
        """Put the last step and its change of gradient before the pairs there are, and let go of the oldest."""
        s, y = slots["previous_step"], g - slots["previous_gradient"]
        if not float(np.dot(s, y)) > LEAST_CURVATURE:
            return
        for kind, newest in (("s", s), ("y", y)):
            for i in range(self.history - 1, 0, -1):
                slots[f"{kind}{i}"][...] = slots[f"{kind}{i - 1}"]
            slots[f"{kind}0"][...] = newest

    def _direction(self, slots: Slots, g: Array) -> Array:
        """-H g, by the pairs from the newest to the oldest and back."""
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
