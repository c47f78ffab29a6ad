"""What is measured of a network's answers.

Sums and counts are accumulated and divided once at the end, so that a short last batch weighs what it should. What
divides by zero is undefined: NaN, and left out of the means over classes and target columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bpcli.nn.arrays import Array
from bpcli.training.metrics.classes import count_correct, predicted_classes, target_classes
from bpcli.training.metrics.classification import ClassificationMetrics, ClassScore
from bpcli.training.metrics.names import ALL_METRICS, HIGHER_IS_BETTER, MetricName, metric_names, usual_metrics
from bpcli.training.metrics.regression import RegressionMetrics, TargetScore

__all__ = [
    "ALL_METRICS",
    "HIGHER_IS_BETTER",
    "ClassScore",
    "ClassificationMetrics",
    "MetricName",
    "Metrics",
    "RegressionMetrics",
    "TargetScore",
    "add_sums",
    "count_correct",
    "metric_names",
    "predicted_classes",
    "target_classes",
    "usual_metrics",
]


class Metrics(Protocol):
    """Collects batches of outputs `Y (N, K)`, targets `T` and what to rank by, then gives metrics by name.

    No array is kept: all may be buffers that the next batch overwrites.
    """

    def add(self, Y: Array, T: Array, scores: Array | None = None) -> None:
        """`scores (N, K)` are those of the head that gave `Y`; None: the outputs themselves."""
        ...

    def result(self) -> dict[str, float]: ...


def add_sums(total: dict[str, float], more: Mapping[str, float]) -> None:
    """Add `more` to each entry of `total`, which begins at zero."""
    for name, value in more.items():
        total[name] = total.get(name, 0.0) + value
