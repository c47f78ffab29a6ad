"""Which of two values of a metric is better, and whether training still gets better."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from bpcli.training.metrics import HIGHER_IS_BETTER

Mode = Literal["min", "max"]
"""Whether less or more of a metric is better."""


def default_mode(metric: str) -> Mode:
    """`metric` is a full name, such as validation_accuracy."""
    return "max" if metric.endswith(tuple(f"_{name}" for name in HIGHER_IS_BETTER)) else "min"


@dataclass(frozen=True)
class Monitor:
    """Watches one metric by its full name."""

    metric: str
    mode: Mode
    min_delta: float = 0.0

    def improves(self, value: float, best: float | None) -> bool:
        """Whether `value` beats `best` by more than `min_delta`; the first value does, NaN and infinity never."""
        if not math.isfinite(value):
            return False
        if best is None:
            return True
        gain = best - value if self.mode == "min" else value - best
        return gain > self.min_delta


@dataclass(frozen=True)
class Patience:
    """Stops a training whose metric has not improved for `evaluations` evaluations."""

    monitor: Monitor
    evaluations: int
