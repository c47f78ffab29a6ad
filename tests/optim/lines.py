"""Lines with many valleys, walls and kinks, on which to search."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

Line = Callable[[float], tuple[float, float]]


def waves(seed: int) -> Line:
    """A parabola far off under waves of many lengths."""
    rng = np.random.default_rng(seed)
    heights, lengths, phases = rng.uniform(0, 1, 6), 10 ** rng.uniform(-1, 1, 6), rng.uniform(0, 7, 6)
    valley, curvature = 10 ** rng.uniform(-2, 2), 10 ** rng.uniform(-3, 1)

    def line(t: float) -> tuple[float, float]:
        angles = t / lengths + phases
        value = heights @ np.cos(angles) + curvature * (t - valley) ** 2
        return float(value), float(-(heights / lengths) @ np.sin(angles) + 2 * curvature * (t - valley))

    return line


def kink(seed: int) -> Line:
    """Down in a curve, then up: no point on it is flat."""
    rng = np.random.default_rng(seed)
    at, down, up = 10 ** rng.uniform(-3, 3), 10 ** rng.uniform(-2, 2), 10 ** rng.uniform(-2, 2)
    bend = 10 ** rng.uniform(-2, 2)

    def line(t: float) -> tuple[float, float]:
        slope = -down if t < at else up
        return slope * (t - at) + bend * (t - at) ** 2, slope + 2 * bend * (t - at)

    return line


def power(seed: int) -> Line:
    """Flat where it is least, steep far off, and level beyond."""
    rng = np.random.default_rng(seed)
    at, order = 10 ** rng.uniform(-2, 2), rng.integers(1, 6)
    return lambda t: (
        math.tanh(((t - at) / at) ** (2 * order)),
        (1 - math.tanh(((t - at) / at) ** (2 * order)) ** 2) * 2 * order * ((t - at) / at) ** (2 * order - 1) / at,
    )
