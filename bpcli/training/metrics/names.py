"""The metrics there are, by name."""

from __future__ import annotations

from typing import Literal, get_args

MetricName = Literal[
    "accuracy",
    "balanced_accuracy",
    "macro_f1",
    "mcc",
    "roc_auc",
    "average_precision",
    "top_k_accuracy",
    "mae",
    "rmse",
    "r2",
]

ALL_METRICS: tuple[MetricName, ...] = get_args(MetricName)

HIGHER_IS_BETTER: frozenset[MetricName] = frozenset(
    {"accuracy", "balanced_accuracy", "macro_f1", "mcc", "roc_auc", "average_precision", "top_k_accuracy", "r2"}
)

_REGRESSION: tuple[MetricName, ...] = ("mae", "rmse", "r2")


def metric_names(classes: int, top_k: int | None = None) -> tuple[MetricName, ...]:
    """All metrics of a task, in the order in which they are shown; 0 classes are regression."""
    if not classes:
        return _REGRESSION
    names: tuple[MetricName, ...] = (
        "accuracy",
        "balanced_accuracy",
        "macro_f1",
        "mcc",
        "roc_auc",
        "average_precision",
    )
    return (*names, "top_k_accuracy") if top_k else names


def usual_metrics(classes: int) -> tuple[MetricName, ...]:
    """Those that are measured of the validation split without being asked for."""
    return ("accuracy",) if classes else _REGRESSION
