"""Metrics of numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bpcli.nn.arrays import Array
from bpcli.training.metrics.means import mean_of_defined, ratios


@dataclass(frozen=True)
class TargetScore:
    """How well one target column is met."""

    name: str
    mae: float
    rmse: float
    r2: float
    """NaN, undefined, for a column that is constant"""


class RegressionMetrics:
    """mae, rmse over all entries, and r2 averaged over the target columns (1 - residual / total sum of squares).

    The total sum of squares merges batches by Chan, Golub and LeVeque 1979, so large means cost no digits.
    """

    def __init__(self, targets: int) -> None:
        self.count = 0
        self.absolute, self.squared = np.zeros(targets), np.zeros(targets)
        self.mean, self.total = np.zeros(targets), np.zeros(targets)

    def add(self, Y: Array, T: Array, scores: Array | None = None) -> None:
        """`scores` rank, and have nothing to say of numbers."""
        T = T.astype(np.float64)
        error = Y - T
        n, mean = len(T), T.mean(axis=0)
        gap = mean - self.mean
        self.total += ((T - mean) ** 2).sum(axis=0) + gap**2 * self.count * n / (self.count + n)
        self.mean += gap * n / (self.count + n)
        self.count += n
        self.absolute += np.abs(error).sum(axis=0)
        self.squared += (error**2).sum(axis=0)

    def result(self) -> dict[str, float]:
        return {
            "mae": float(np.mean(self.absolute / self.count)),
            "rmse": math.sqrt(float(np.mean(self.squared / self.count))),
            "r2": mean_of_defined(self._r2()),
        }

    def per_target(self, names: Sequence[str]) -> tuple[TargetScore, ...]:
        """A score of each target column, called by `names`."""
        mae, rmse = self.absolute / self.count, np.sqrt(self.squared / self.count)
        columns = mae.tolist(), rmse.tolist(), self._r2().tolist()
        return tuple(TargetScore(*row) for row in zip(names, *columns, strict=True))

    def _r2(self) -> Array:
        return 1 - ratios(self.squared, self.total)
