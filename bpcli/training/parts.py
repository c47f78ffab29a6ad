"""The metrics of several objectives, each by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bpcli.nn.arrays import Array
from bpcli.nn.weighted_sum import WeightedSumHead
from bpcli.training.metrics import Metrics, count_correct


def sums_by_part(head: WeightedSumHead, T: Array) -> dict[str, float]:
    """After a `forward`, the sum of the losses of each part, and how many of its classes are right, by metric."""
    sums: dict[str, float] = {}
    for part in head.parts:
        sums[f"{part.name}_loss"] = head.part_losses[part.name]
        if part.kind != "value":
            sums[f"{part.name}_accuracy"] = count_correct(part.head.Y, part.targets(T), part.head.scores)
    return sums


def add_sums(total: dict[str, float], more: Mapping[str, float]) -> None:
    """Add to each entry of `total`, which begins at zero."""
    for name, value in more.items():
        total[name] = total.get(name, 0.0) + value


@dataclass(frozen=True)
class PartMetrics:
    """The metrics of each part, under its name: `species_accuracy`."""

    head: WeightedSumHead
    parts: Mapping[str, Metrics]

    def add(self, Y: Array, T: Array, scores: Array | None = None) -> None:
        """After a `forward` of the head, which has the `scores` of each part."""
        for part in self.head.parts:
            self.parts[part.name].add(Y[:, part.outputs], part.targets(T), part.head.scores)

    def result(self) -> dict[str, float]:
        results = {name: metrics.result() for name, metrics in self.parts.items()}
        return {f"{name}_{metric}": value for name, result in results.items() for metric, value in result.items()}
