"""A line search: how far to go down a direction."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from bpcli.nn.arrays import Array

DECREASE = 1e-4
"""c₁: the share of the first slope that a step must win (Armijo)"""
CURVATURE = 0.9
"""c₂: the share of the first slope that may be left at the end of a step"""
TRIALS = 25
"""evaluations after the first"""
NARROW = 1e-9
"""the change of any parameter at which an interval is too short to go on"""


@dataclass(frozen=True)
class Point:
    """φ and φ' at `step` along the direction, where φ(α) = J(θ + α d), and the gradient of J there."""

    step: float
    value: float
    slope: float
    grad: Array


def strong_wolfe(evaluate: Callable[[float], Point], start: Point, first: float, *, length: float) -> Point:
    """A point with φ(α) ≤ φ(0) + c₁ α φ'(0) and |φ'(α)| ≤ -c₂ φ'(0), looked for from `first` on.

    Nocedal and Wright 2006, algorithms 3.5 and 3.6, with minima of cubics (eq. 3.59) and PyTorch's safeguards.
    `start` is α = 0, with φ'(0) < 0; `length` is the largest entry of |d|. A value that is not finite must come as
    infinity. Where nothing is found in time it is the lowest point seen, `start` where none was lower.
    """
    previous, trial = start, evaluate(first)
    for used in range(TRIALS):
        if not _decreases(start, trial) or (previous is not start and trial.value >= previous.value):
            return _zoom(evaluate, start, previous, trial, TRIALS - used, length)
        if _is_flat(start, trial):
            return trial
        if trial.slope >= 0:
            return _zoom(evaluate, start, previous, trial, TRIALS - used, length)
        nearest = trial.step + 0.01 * (trial.step - previous.step)
        step = _cubic_minimum(previous, trial, nearest, 10 * trial.step)
        previous, trial = trial, evaluate(step)
    return min(start, trial, key=_value)


def _zoom(
    evaluate: Callable[[float], Point], start: Point, one: Point, other: Point, trials: int, length: float
) -> Point:
    """Algorithm 3.6: shrink an interval that holds such a point, its lower end `low` always the lowest seen."""
    low, high = sorted((one, other), key=_value)
    was_near_an_end = False
    for _ in range(trials):
        left, right = sorted((low.step, high.step))
        if (right - left) * length < NARROW:
            break
        step = _cubic_minimum(low, high, left, right)
        margin = 0.1 * (right - left)
        is_near_an_end = min(right - step, step - left) < margin
        if is_near_an_end and (was_near_an_end or not left < step < right):
            step = right - margin if right - step < step - left else left + margin
            is_near_an_end = False
        was_near_an_end = is_near_an_end
        trial = evaluate(step)
        if not _decreases(start, trial) or trial.value >= low.value:
            low, high = sorted((low, trial), key=_value)
            continue
        if _is_flat(start, trial):
            return trial
        low, high = trial, low if trial.slope * (high.step - low.step) >= 0 else high
    return low


def _decreases(start: Point, point: Point) -> bool:
    return point.value <= start.value + DECREASE * point.step * start.slope


def _is_flat(start: Point, point: Point) -> bool:
    return abs(point.slope) <= -CURVATURE * start.slope


def _value(point: Point) -> float:
    return point.value


def _cubic_minimum(one: Point, other: Point, lowest: float, highest: float) -> float:
    """Where the cubic through two points with their slopes is least within bounds; their middle if it is nowhere."""
    a, b = (one, other) if one.step <= other.step else (other, one)
    d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.step - b.step)
    square = d1 * d1 - a.slope * b.slope
    d2 = math.sqrt(square) if square >= 0 else math.nan
    divisor = b.slope - a.slope + 2 * d2
    step = b.step - (b.step - a.step) * ((b.slope + d2 - d1) / divisor) if divisor else math.nan
    return min(max(step, lowest), highest) if math.isfinite(step) else (lowest + highest) / 2
