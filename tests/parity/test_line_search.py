"""The step lengths of PyTorch's own line search."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from bpcli.optim.lbfgs import MOST_EVALUATIONS, Point, strong_wolfe

from ..optim.lines import Line, kink, power, waves


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
