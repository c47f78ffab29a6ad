"""Metrics of classes."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from bpcli.nn.arrays import Array
from bpcli.training.metrics.classes import count_in_top_k, predicted_classes, target_classes
from bpcli.training.metrics.confusion import (
    accuracy,
    balanced_accuracy,
    f1_scores,
    macro_f1,
    matthews_correlation,
    precisions,
    recalls,
)
from bpcli.training.metrics.means import mean_of_defined
from bpcli.training.metrics.ranking import Counts, average_precision, counts_by_threshold, log_odds, roc_auc

_OF_CONFUSION = {
    "accuracy": accuracy,
    "balanced_accuracy": balanced_accuracy,
    "macro_f1": macro_f1,
    "mcc": matthews_correlation,
}
_OF_RANKING = {"roc_auc": roc_auc, "average_precision": average_precision}


@dataclass(frozen=True)
class ClassScore:
    """How one class fares against all others; NaN is undefined."""

    name: str
    precision: float
    """share of the answers for it that are right; undefined for a class that is never predicted"""
    recall: float
    """share of its examples that are found; undefined for a class without examples"""
    f1: float
    """their harmonic mean"""
    roc_auc: float
    average_precision: float
    examples: int


class ClassificationMetrics:
    """The metrics called `names`, and the confusion matrix `(classes, classes)`: rows are true, columns predicted.

    roc_auc and average_precision rank by the scores: those of the second class for two classes, and for more each
    class against the rest, of which the plain mean is taken (not Hand and Till's 2001 mean over pairs of classes).
    They need the scores of the whole split, of which a copy is kept: 4 N K bytes in float32.
    """

    def __init__(
        self,
        classes: int,
        names: Collection[str] = ("accuracy",),
        *,
        top_k: int | None = None,
        shares: bool = False,
    ) -> None:
        """`shares`: the scores are raw outputs of a softmax."""
        self._shares = shares
        self.confusion = np.zeros((classes, classes), np.int64)
        self._names = frozenset(names)
        self._top_k = top_k if "top_k_accuracy" in self._names else None
        self._ranks = not self._names.isdisjoint(_OF_RANKING)
        self._in_top_k = 0
        self._scores: list[Array] = []
        self._true: list[Array] = []

    def add(self, Y: Array, T: Array, scores: Array | None = None) -> None:
        scores = Y if scores is None else scores
        classes, true = len(self.confusion), target_classes(T)
        pairs = true * classes + predicted_classes(Y, scores)
        self.confusion += np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)
        if self._top_k:
            self._in_top_k += count_in_top_k(scores, T, self._top_k)
        if self._ranks:
            self._scores.append(scores.copy())
            self._true.append(true.copy())

    def result(self) -> dict[str, float]:
        values = {name: measure(self.confusion) for name, measure in _OF_CONFUSION.items() if name in self._names}
        if self._ranks:
            counts = self._counts()
            decisive = counts[1:] if len(counts) == 2 else counts
            for name, measure in _OF_RANKING.items():
                if name in self._names:
                    values[name] = mean_of_defined(map(measure, decisive))
        if self._top_k:
            total = int(self.confusion.sum())
            values["top_k_accuracy"] = self._in_top_k / total if total else math.nan
        return values

    def per_class(self, names: Sequence[str]) -> tuple[ClassScore, ...]:
        """A score of each class, called by `names`; the ranking is undefined if no metric asked for the outputs."""
        counts, undefined = self._counts(), [math.nan] * len(names)
        columns = (
            *(measure(self.confusion).tolist() for measure in (precisions, recalls, f1_scores)),
            *([measure(of_class) for of_class in counts] or undefined for measure in (roc_auc, average_precision)),
            self.confusion.sum(axis=1).tolist(),
        )
        return tuple(ClassScore(*row) for row in zip(names, *columns, strict=True))

    def _counts(self) -> list[Counts]:
        """Of each class against the rest; none where nothing was kept."""
        if not self._scores:
            return []
        scores, true = np.concatenate(self._scores), np.concatenate(self._true)
        if scores.shape[1] == 1:
            scores = np.hstack([-scores, scores])
        columns = log_odds(scores) if self._shares else scores.T
        return [counts_by_threshold(column, true == i) for i, column in enumerate(columns)]
