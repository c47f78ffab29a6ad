"""The metrics of several objectives, each by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bpcli.nn.arrays import Array
from bpcli.nn.losses.weighted_sum import WeightedOutputLoss
from bpcli.training.metrics import Metrics, count_correct


def sums_by_part(loss: WeightedOutputLoss, T: Array) -> dict[str, float]:
    """Return by metric, after a `forward`, the sum of the losses of each part and the number of its right answers."""
    sums: dict[str, float] = {}
    for part in loss.parts:
        sums[f"{part.name}_loss"] = loss.part_losses[part.name]
        if part.kind != "value":
            sums[f"{part.name}_accuracy"] = count_correct(part.loss.Y, part.targets(T), part.loss.scores)
    return sums


@dataclass(frozen=True)
class PartMetrics:
    """The metrics of each part, under its name: `species_accuracy`."""

    loss: WeightedOutputLoss
    parts: Mapping[str, Metrics]

    def add(self, Y: Array, T: Array, scores: Array | None = None) -> None:
        """Add a batch, after a `forward` of the loss, which has the `scores` of each part."""
        for part in self.loss.parts:
            self.parts[part.name].add(Y[:, part.outputs], part.targets(T), part.loss.scores)

    def result(self) -> dict[str, float]:
        results = {name: metrics.result() for name, metrics in self.parts.items()}
        return {f"{name}_{metric}": value for name, result in results.items() for metric, value in result.items()}
