"""How well scores put the examples of a class before all others, whatever the threshold."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from bpcli.nn.arrays import Array


class Counts(NamedTuple):
    """Examples that score at least as high as each distinct score `(thresholds,)`, the highest score first."""

    true: Array
    """those of the class"""
    false: Array
    """all others"""


def log_odds(Z: Array) -> Iterator[Array]:
    """ln(p_k / (1 - p_k)) of the softmax p of `Z (N, K)`, K > 1: one class k after another, as float64 `(N,)`.

    It is z_k - ln Σ_{j≠k} e^z_j, and ranks examples as p_k does, which rounds to 0 or 1 where this goes on to grow.
    """
    top = Z.argmax(axis=1)
    greatest = Z.max(axis=1).astype(np.float64)
    others = np.logaddexp.reduce(
        Z, axis=1, dtype=np.float64, initial=-math.inf, where=top[:, np.newaxis] != np.arange(Z.shape[1])
    )
    rest = np.exp(others - greatest)
    for k in range(Z.shape[1]):
        is_top, ahead = top == k, Z[:, k] - greatest
        own = np.where(is_top, 0, np.exp(ahead))
        yield np.where(is_top, Z[:, k] - others, ahead - np.log1p(rest - own))


def counts_by_threshold(scores: Array, positive: Array) -> Counts:
    """Of `scores (N,)`, N > 0, and whether each example is of the class `(N,)`. Equal scores are one threshold."""
    order = np.argsort(scores)[::-1]
    ranked = scores[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    true = np.cumsum(positive[order])[last]
    return Counts(true, last + 1 - true)


def roc_auc(counts: Counts) -> float:
    """The area under the ROC curve, by trapezoids (Fawcett 2006, section 7).

    That is the share of pairs, one example of the class and one other, in which the first scores higher, ties
    counting half: the Mann-Whitney statistic with mid-ranks (Hanley and McNeil 1982). Exact, in whole numbers, but
    for the last division. Undefined without examples of both kinds.
    """
    true, false = counts
    pairs = int(true[-1]) * int(false[-1])
    twice = int(np.diff(false, prepend=0) @ (2 * true - np.diff(true, prepend=0)))
    return twice / (2 * pairs) if pairs else math.nan


def average_precision(counts: Counts) -> float:
    """Σ_n (R_n - R_{n-1}) P_n over the thresholds: precision weighted by the gain in recall, not interpolated.

    As scikit-learn's. Undefined without an example of the class.
    """
    true, false = counts
    if not true[-1]:
        return math.nan
    return float(np.diff(true, prepend=0) @ (true / (true + false)) / true[-1])
