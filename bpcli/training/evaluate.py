"""Measure a network on a split, block by block."""

from __future__ import annotations

from collections.abc import Callable

from bpcli.data.batches import Batches
from bpcli.nn.arrays import Array
from bpcli.training.metrics import Metrics
from bpcli.training.objective import Objective

BLOCK = 1000
"""Examples a forward pass measures at once: enough for full speed, little enough to stay in the cache."""


def measure(
    objective: Objective,
    batches: Batches,
    metrics: Metrics,
    see: Callable[[Array, Array], None] | None = None,
) -> dict[str, float]:
    """`loss` (mean over the examples, without penalties) and the `metrics` of a split.

    `see(Y, T)` is shown the outputs and targets of every block.
    """
    total = 0.0
    for X, T in batches.epoch(0):
        total += objective.forward(X, T)
        metrics.add(objective.head.Y, T)
        if see is not None:
            see(objective.head.Y, T)
    return {"loss": total / len(batches.examples), **metrics.result()}
