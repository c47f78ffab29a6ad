"""From outputs and targets to classes."""

from __future__ import annotations

import numpy as np

from bpcli.nn.arrays import Array


def predicted_classes(Y: Array, scores: Array | None = None) -> Array:
    """Outputs `(N, K)` to classes `(N,)`: the largest output, or for a single output whether it exceeds ½.

    Where the `scores (N, K)` are known, by which outputs that round to the same number still differ, the largest score.
    """
    if Y.shape[1] == 1:
        return (Y[:, 0] > 0.5).astype(np.intp)
    classes: Array = (Y if scores is None else scores).argmax(axis=1)
    return classes


def target_classes(T: Array) -> Array:
    """Targets in any encoding of classes (`index (N,)`, `binary (N, 1)`, `one_hot (N, K)`) to classes `(N,)`."""
    return T if T.ndim == 1 else predicted_classes(T)


def count_correct(Y: Array, T: Array, scores: Array | None = None) -> int:
    """How many of the examples are classified correctly."""
    return int(np.count_nonzero(predicted_classes(Y, scores) == target_classes(T)))


def count_in_top_k(scores: Array, T: Array, k: int) -> int:
    """Of how many examples the true class is among the k largest scores; of equal ones the first classes are."""
    true = target_classes(T)[:, np.newaxis]
    own = np.take_along_axis(scores, true, axis=1)
    earlier = np.arange(scores.shape[1]) < true
    return int(np.count_nonzero(((own < scores) | ((own == scores) & earlier)).sum(axis=1) < k))
