"""Measure a network on a split, block by block."""

from __future__ import annotations

from collections.abc import Callable

from bpcli.data.batches import Batches
from bpcli.nn.arrays import Array
from bpcli.nn.losses.weighted_sum import WeightedOutputLoss
from bpcli.training.metrics import Metrics, add_sums
from bpcli.training.objective import Objective

BLOCK = 1000
"""Examples a forward pass measures at once: enough for full speed, little enough to stay in the cache."""


def measure(
    objective: Objective,
    batches: Batches,
    metrics: Metrics,
    see: Callable[[Array, Array, Array], None] | None = None,
) -> dict[str, float]:
    """`loss` (mean over the examples, without penalties) and the `metrics` of a split.

    `see(Y, T, scores)` is shown the outputs and targets of every block, and what the outputs are ranked by.
    """
    total = 0.0
    part_losses: dict[str, float] = {}
    for X, T in batches.epoch(0):
        total += objective.forward(X, T)
        if isinstance(objective.loss, WeightedOutputLoss):
            add_sums(part_losses, {f"{name}_loss": loss for name, loss in objective.loss.part_losses.items()})
        metrics.add(objective.loss.Y, T, objective.loss.scores)
        if see is not None:
            see(objective.loss.Y, T, objective.loss.scores)
    losses = {"loss": total, **part_losses}
    return {name: value / len(batches.examples) for name, value in losses.items()} | metrics.result()
