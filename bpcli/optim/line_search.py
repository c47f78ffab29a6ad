"""A line search for the strong Wolfe conditions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

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
