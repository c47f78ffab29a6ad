"""What a confusion matrix says: `C (classes, classes)` counts examples, rows are true classes, columns predicted ones.

With t_i the row sums (true), p_i the column sums (predicted) and s the sum of all.
"""

from __future__ import annotations

import math

import numpy as np

from bpcli.nn.arrays import Array
from bpcli.training.metrics.means import mean_of_defined, ratios


def accuracy(C: Array) -> float:
    """Σ C_ii / s"""
    total = int(C.sum())
    return int(np.trace(C)) / total if total else math.nan


def balanced_accuracy(C: Array) -> float:
    """The mean recall of the classes that occur (Brodersen et al. 2010, for any number of classes)."""
    return mean_of_defined(recalls(C))


def macro_f1(C: Array) -> float:
    """The mean F1 of the classes that occur or are predicted.

    It is not the F1 of mean precision and mean recall (Opitz and Burst 2019, "Macro F1 and Macro F1").
    """
    return mean_of_defined(f1_scores(C))


def matthews_correlation(C: Array) -> float:
    """(s Σ C_ii - Σ p_i t_i) / √((s² - Σ p_i²)(s² - Σ t_i²)) (Gorodkin 2004).

    From -1 or above to 1, and 0 for guessing, such as always the same class. Undefined where all examples are of one.
    """
    true: list[int] = C.sum(axis=1).tolist()
    predicted: list[int] = C.sum(axis=0).tolist()
    total = sum(true)
    covariance = total * int(np.trace(C)) - sum(p * t for p, t in zip(predicted, true, strict=True))
    spread = (total**2 - sum(p * p for p in predicted)) * (total**2 - sum(t * t for t in true))
    if not spread:
        return 0.0 if sum(count > 0 for count in true) > 1 else math.nan
    return math.copysign(math.sqrt(covariance**2 / spread), covariance)  # of whole numbers, so never beyond 1


def precisions(C: Array) -> Array:
    """C_ii / p_i of each class; NaN for one that is never predicted."""
    return ratios(np.diag(C), C.sum(axis=0))


def recalls(C: Array) -> Array:
    """C_ii / t_i of each class; NaN for one without examples."""
    return ratios(np.diag(C), C.sum(axis=1))


def f1_scores(C: Array) -> Array:
    """2 C_ii / (t_i + p_i) of each class; NaN for one that neither occurs nor is predicted.

    The harmonic mean of precision and recall.
    """
    return ratios(2 * np.diag(C), C.sum(axis=0) + C.sum(axis=1))
