"""L-BFGS: a step along a quasi-Newton direction, as far as a line search for the strong Wolfe conditions goes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, NamedTuple

import numpy as np
from annotated_types import Ge, Gt, Le

from bpcli.nn.arrays import Array
from bpcli.nn.parameters import Parameters
from bpcli.optim.base import Slots, make_slots

DECREASE = 1e-4
"""c₁: a step t must lower the value by at least c₁ t |slope at 0|"""
CURVATURE = 0.9
"""c₂: the slope at t must be at most c₂ times that at 0, in magnitude"""
MOST_EVALUATIONS = 25


class Point(NamedTuple):
    """A place on the line, with the value and the slope there."""

    t: float
    value: float
    slope: float


def strong_wolfe(
    evaluate: Callable[[float], Point], start: Point, step: float, *, largest: float, tolerance: float = 1e-9
) -> Point:
    """Find a point that meets both conditions, or the best of those tried, from `start` at t = 0 with a slope below 0.

    `evaluate` gives the point at t, `step` is the first t to try, `largest` the largest entry of the direction.
    Nocedal and Wright 2006, algorithms 3.5 and 3.6, with cubic interpolation (eq. 3.59).
    """
    low, high, count, found = _bracket(evaluate, start, step)
    if found:
        return low
    stuck = False
    while count < MOST_EVALUATIONS and abs(high.t - low.t) * largest >= tolerance:
        first, last = sorted((low.t, high.t))
        t, margin = _minimum(low, high, first, last), 0.1 * (last - first)
        # A point too near an end makes no progress: once is allowed.
        if min(last - t, t - first) < margin:
            if stuck or t >= last or t <= first:
                t = last - margin if abs(t - last) < abs(t - first) else first + margin
                stuck = False
            else:
                stuck = True
        else:
            stuck = False
        point = evaluate(t)
        count += 1
        if not _decreases(point, start) or point.value >= low.value:
            high = point
            if high.value < low.value:
                low, high = high, low
            continue
        if _is_flat(point, start):
            return point
        if point.slope * (high.t - low.t) >= 0:
            high = low
        low = point
    return low


def _bracket(evaluate: Callable[[float], Point], start: Point, step: float) -> tuple[Point, Point, int, bool]:
    """Find an interval with a good point in it.

    Returns its better and its worse end, the evaluations made, and whether the better end is good itself.
    """
    before, point, count = start, evaluate(step), 0
    while count < MOST_EVALUATIONS:
        if not _decreases(point, start) or (count > 1 and point.value >= before.value):
            return (*_ordered(before, point), count, False)
        if _is_flat(point, start):
            return point, point, count, True
        if point.slope >= 0:
            return (*_ordered(before, point), count, False)
        t = _minimum(before, point, point.t + 0.01 * (point.t - before.t), 10 * point.t)
        before, point, count = point, evaluate(t), count + 1
    return (*_ordered(start, point), count, False)


def _ordered(a: Point, b: Point) -> tuple[Point, Point]:
    """Return the lower of two points first."""
    return (a, b) if a.value <= b.value else (b, a)


def _decreases(point: Point, start: Point) -> bool:
    """Return whether the value has fallen far enough: the first Wolfe condition."""
    return point.value <= start.value + DECREASE * point.t * start.slope


def _is_flat(point: Point, start: Point) -> bool:
    """Return whether the slope has come near enough to 0: the second, strong Wolfe condition."""
    return abs(point.slope) <= -CURVATURE * start.slope


def _minimum(a: Point, b: Point, first: float, last: float) -> float:
    """Find where the cubic through both points with their slopes is least, within the bounds, or else their middle."""
    if a.t > b.t:
        a, b = b, a
    t = math.nan
    if a.t < b.t:
        d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.t - b.t)
        square = d1 * d1 - a.slope * b.slope
        d2 = math.sqrt(square) if square >= 0 else math.nan
        if divisor := b.slope - a.slope + 2 * d2:
            t = b.t - (b.t - a.t) * (b.slope + d2 - d1) / divisor
    return min(max(t, first), last) if math.isfinite(t) else (first + last) / 2


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
