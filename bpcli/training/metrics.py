"""What is measured of a network's answers.

Sums and counts are accumulated and divided once at the end, so that a short last batch weighs what it should.
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np

from bpcli.nn.arrays import Array

HIGHER_IS_BETTER = frozenset({"accuracy", "r2"})


class Metrics(Protocol):
    """Collects batches of outputs `Y (N, K)` and targets `T`, then gives metrics by name."""

    def add(self, Y: Array, T: Array) -> None: ...

    def result(self) -> dict[str, float]: ...


def predicted_classes(Y: Array) -> Array:
    """Outputs `(N, K)` to classes `(N,)`: the largest output, or for a single output whether it exceeds ½."""
    classes: Array = (Y[:, 0] > 0.5).astype(np.intp) if Y.shape[1] == 1 else Y.argmax(axis=1)
    return classes


def target_classes(T: Array) -> Array:
    """Targets in any encoding of classes (`index (N,)`, `binary (N, 1)`, `one_hot (N, K)`) to classes `(N,)`."""
    return T if T.ndim == 1 else predicted_classes(T)


def count_correct(Y: Array, T: Array) -> int:
    """How many of the examples are classified correctly."""
    return int(np.count_nonzero(predicted_classes(Y) == target_classes(T)))


class ClassificationMetrics:
    """accuracy, and the confusion matrix `(classes, classes)` that holds it: rows are true, columns predicted."""

    def __init__(self, classes: int) -> None:
        self.confusion = np.zeros((classes, classes), np.int64)

    def add(self, Y: Array, T: Array) -> None:
        classes = len(self.confusion)
        pairs = target_classes(T) * classes + predicted_classes(Y)
        self.confusion += np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)

    def result(self) -> dict[str, float]:
        return {"accuracy": _ratio(int(np.trace(self.confusion)), int(self.confusion.sum()))}

    def per_class(self) -> list[tuple[float, float, int]]:
        """(precision, recall, examples) of each class; NaN where a class is never predicted or has no example."""
        hits: list[int] = np.diag(self.confusion).tolist()
        true: list[int] = self.confusion.sum(axis=1).tolist()
        predicted: list[int] = self.confusion.sum(axis=0).tolist()
        return [(_ratio(h, p), _ratio(h, t), t) for h, p, t in zip(hits, predicted, true, strict=True)]


class RegressionMetrics:
    """mae, rmse over all entries, and r2 averaged over the target columns (1 - residual / total sum of squares).

    The total sum of squares merges batches by Chan, Golub and LeVeque 1979, so large means cost no digits.
    """

    def __init__(self, targets: int) -> None:
        self.count = 0
        self.absolute, self.squared = np.zeros(targets), np.zeros(targets)
        self.mean, self.total = np.zeros(targets), np.zeros(targets)

    def add(self, Y: Array, T: Array) -> None:
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
        r2 = [1 - _ratio(residual, total) for residual, total in zip(self.squared, self.total, strict=True)]
        return {
            "mae": float(np.mean(self.absolute / self.count)),
            "rmse": math.sqrt(float(np.mean(self.squared / self.count))),
            "r2": float(np.mean(r2)),
        }


def _ratio(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole else math.nan
