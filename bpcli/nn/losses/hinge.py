"""The hinge loss of support vector machines, for several classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from annotated_types import Gt

from bpcli.nn.activations import Activation
from bpcli.nn.arrays import Array, Buffer
from bpcli.nn.losses.cross_entropy import ClassWeights
from bpcli.nn.losses.general import Comparison, GeneralHead
from bpcli.nn.losses.head import Head, Reduction


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

    def head(
        self, activation: Activation, *, capacity: int, width: int, dtype: Any, class_weights: Array | None = None
    ) -> Head:
        """`class_weights (width,)`."""
        weights = np.ones(width) if class_weights is None else class_weights
        return GeneralHead(
            activation, _Hinge(self.margin, weights.astype(dtype)), Buffer.of_outputs(capacity, width, dtype)
        )


class _Hinge:
    """Targets are class indices `(N,)`, or one-hot `(N, K)`."""

    def __init__(self, margin: float, weights: Array, held: Array | None = None) -> None:
        """`held (N, K)`: which outputs count, whatever comes."""
        self.margin, self.weights, self.held, self.factor = margin, weights, held, 1 / len(weights)

    def compare(self, Y: Array, T: Array, dY: Array) -> float:
        excess, true = self._excess(Y, T)
        counted = excess > 0 if self.held is None else self.held
        weight = self.weights[true][:, np.newaxis]
        np.multiply(counted, weight, dY)
        dY[np.arange(len(Y)), true] = -dY.sum(axis=1)
        return self.factor * float((excess * counted * weight).sum())

    def sides(self, Y: Array, T: Array) -> Array:
        return np.asarray(self._excess(Y, T)[0] > 0)

    def hold(self, sides: Array) -> Comparison:
        return _Hinge(self.margin, self.weights, sides)

    def _excess(self, Y: Array, T: Array) -> tuple[Array, Array]:
        """margin - y_t + y_j of each output j, and 0 of the true class; and the true classes `(N,)`."""
        true = T if T.ndim == 1 else T.argmax(axis=1)
        row = np.arange(len(Y))
        excess = Y - (Y[row, true] - Y.dtype.type(self.margin))[:, np.newaxis]
        excess[row, true] = 0
        return excess, true
