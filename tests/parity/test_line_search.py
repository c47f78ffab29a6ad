"""The step lengths of PyTorch's own line search, on lines with many valleys, walls and kinks."""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from bpcli.optim.line_search import MOST_EVALUATIONS, Point, strong_wolfe

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


@pytest.mark.parametrize("kind", [waves, kink, power])
def test_the_same_trials_and_the_same_step(torch: Any, kind: Callable[[int], Line]) -> None:
    compared = 0
    for seed in range(300):
        line, first = kind(seed), 10 ** np.random.default_rng(1000 + seed).uniform(-3, 3)
        start = Point(0.0, *line(0.0))
        if start.slope >= 0:
            continue
        theirs: list[float] = []
        ours: list[float] = []

        def their_objective(x: Any, t: Any, d: Any, line: Line = line, seen: list[float] = theirs) -> tuple[float, Any]:
            seen.append(float(t))
            value, slope = line(float(t))
            return value, torch.tensor([slope], dtype=torch.float64)

        def our_objective(t: float, line: Line = line, seen: list[float] = ours) -> Point:
            seen.append(t)
            return Point(t, *line(t))

        along, slope = torch.ones(1, dtype=torch.float64), torch.tensor([start.slope], dtype=torch.float64)
        _, _, t, _ = import_module("torch.optim.lbfgs")._strong_wolfe(
            their_objective, None, first, along, start.value, slope, slope[0], max_ls=MOST_EVALUATIONS
        )
        found = strong_wolfe(our_objective, start, first, largest=1.0)
        assert ours == pytest.approx(theirs, rel=1e-5, abs=1e-9)
        assert found.t == pytest.approx(float(t), rel=1e-5, abs=1e-9)
        compared += 1
    assert compared > 100
