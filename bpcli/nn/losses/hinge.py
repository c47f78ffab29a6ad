"""The hinge loss of support vector machines, for several classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Gt

from bpcli.nn.activations import Activation
from bpcli.nn.arrays import Array
from bpcli.nn.losses.cross_entropy import ClassWeights, one_hot
from bpcli.nn.losses.loss import Compared, Comparison, OutputLoss, Reduction


@dataclass(frozen=True, kw_only=True)
class Hinge:
    """hinge: (1/K) Σ_{j≠t} max(0, margin - y_t + y_j), mean over examples (Weston and Watkins 1999, as PyTorch)."""

    name: Literal["hinge"] = "hinge"
    margin: Annotated[float, Gt(0)] = 1.0
    """by which the output of the true class should exceed the others"""
    class_weights: ClassWeights | None = None
    """balanced: N / (K n_c), n_c the training examples of class c (King and Zeng 2001); or a weight by class name"""
    reduction: Reduction = "mean"
    """what training makes small: the mean over the examples of a batch, or the sum; logs show the mean"""

    def bind(self, activation: Activation, class_weights: Array | None = None) -> OutputLoss:
        """Join the loss to an output activation, with `class_weights (K,)`."""
        return Compared(_Hinge(self.margin, class_weights), activation)


class _Hinge:
    """The comparison of outputs with classes: class indices `(N,)`, or one-hot `(N, K)`."""

    def __init__(self, margin: float, weights: Array | None, counted: Array | None = None) -> None:
        """Take the `weights (K,)` of the classes; `counted (N, K)` states which outputs count, wherever they move."""
        self.margin, self.weights, self.counted = margin, weights, counted

    def value(self, Y: Array, T: Array) -> float:
        excess = self._excess(Y, T)
        return float((self._weight(T, Y) * excess * self._counted(excess)).sum() / Y.shape[1])

    def gradient(self, Y: Array, T: Array) -> Array:
        """dy_j = w_t / K for each output j that exceeds, and dy_t minus their sum"""
        counted = self._counted(self._excess(Y, T)).astype(Y.dtype)
        true = _true(T, Y)
        return self._weight(T, Y) * (counted - true * counted.sum(axis=1, keepdims=True)) / Y.shape[1]

    def branches(self, Y: Array, T: Array) -> Array:
        return self._counted(self._excess(Y, T))

    def freeze_branches(self, branches: Array) -> Comparison:
        return _Hinge(self.margin, self.weights, branches)

    def _excess(self, Y: Array, T: Array) -> Array:
        """Compute margin - y_t + y_j of each output j `(N, K)`, and 0 for the true class."""
        true = _true(T, Y)
        own = (Y * true).sum(axis=1, keepdims=True)
        return np.where(true == 1, 0, self.margin - own + Y)

    def _counted(self, excess: Array) -> Array:
        """Return which outputs count."""
        return excess > 0 if self.counted is None else self.counted

    def _weight(self, T: Array, Y: Array) -> Array:
        """Return the weight of each example's class, `(N, 1)`."""
        weights = np.ones(Y.shape[1]) if self.weights is None else self.weights
        return _true(T, Y) @ weights.astype(Y.dtype)[:, np.newaxis]


def _true(T: Array, Y: Array) -> Array:
    """Return the true class of each example as a row of zeros and a one, `(N, K)`."""
    return one_hot(T if T.ndim == 1 else T.argmax(axis=1), Y)
