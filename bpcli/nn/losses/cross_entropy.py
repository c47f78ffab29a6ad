"""Cross-entropy and what belongs to it, fused with the output activation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from annotated_types import Ge, Gt, Lt

from bpcli.nn.activations import Activation, Sigmoid, Softmax
from bpcli.nn.arrays import Array, Buffer, zeros
from bpcli.nn.losses.head import Head, Reduction, SmoothHead

ClassWeights = Literal["balanced"] | Mapping[str, Annotated[float, Gt(0)]]


@dataclass(frozen=True, kw_only=True)
class CrossEntropy:
    """cross_entropy: -Σ w t ln p over outputs, mean over examples; softmax for classes, sigmoid for 0/1 targets.

    With a sigmoid each output has both terms, -(t ln p + (1 - t) ln(1 - p)). Always computed from the raw outputs with
    log-sum-exp, so the delta at the output is (p - t) / N (Bishop 2006, eq. 5.18 to 5.25). Weights w multiply the loss
    of their class, and the sum is still divided by N (PyTorch divides by the sum of the weights). The losses that are
    logged and measured are with smoothing and weights.
    """

    name: Literal["cross_entropy"] = "cross_entropy"
    label_smoothing: Annotated[float, Ge(0), Lt(1)] = 0.0
    """ε: a target t becomes (1 - ε) t + ε/K of K classes, ε/2 for one sigmoid (Szegedy et al. 2016)"""
    class_weights: ClassWeights | None = None
    """balanced: N / (K n_c), n_c the training examples of class c (King and Zeng 2001); or a weight by class name"""
    reduction: Reduction = "mean"
    """what training makes small: the mean over the examples of a batch, or the sum; logs show the mean"""

    def head(
        self, activation: Activation, *, capacity: int, width: int, dtype: Any, class_weights: Array | None = None
    ) -> Head:
        """`class_weights (classes,)`. Raises ValueError for an activation other than softmax and sigmoid."""
        buffer = Buffer.of_outputs(capacity, width, dtype)
        if isinstance(activation, Softmax):
            return SoftmaxCrossEntropyHead(buffer, smoothing=self.label_smoothing, weights=class_weights)
        if isinstance(activation, Sigmoid):
            return SigmoidCrossEntropyHead(buffer, smoothing=self.label_smoothing, weights=class_weights)
        raise ValueError(f"cross_entropy takes softmax or sigmoid outputs, not {activation}")


@dataclass(frozen=True, kw_only=True)
class KLDivergence:
    """kl_divergence: Σ t ln(t / p) over the softmax outputs p, mean over examples (Kullback and Leibler 1951).

    Targets are probabilities. It is the cross-entropy less the entropy of the targets, and has the same gradient.
    """

    name: Literal["kl_divergence"] = "kl_divergence"
    reduction: Reduction = "mean"
    """what training makes small: the mean over the examples of a batch, or the sum; logs show the mean"""

    def head(
        self, activation: Activation, *, capacity: int, width: int, dtype: Any, class_weights: Array | None = None
    ) -> Head:
        """Raises ValueError for an activation other than softmax."""
        if not isinstance(activation, Softmax):
            raise ValueError(f"kl_divergence takes softmax outputs, not {activation}")
        return KLDivergenceHead(Buffer.of_outputs(capacity, width, dtype))


class SoftmaxCrossEntropyHead(SmoothHead):
    """Targets are class indices `(N,)`, or one row of probabilities an example `(N, K)`."""

    shares = True

    def __init__(self, buffer: Buffer, *, smoothing: float = 0.0, weights: Array | None = None) -> None:
        """`weights (K,)` of the classes."""
        self.smoothing, self.weights = smoothing, weights
        self._is_changed = bool(smoothing) or weights is not None
        capacity, width, dtype = buffer.capacity, buffer.width, buffer.dtype
        self._buffers = buffer, buffer.like(), buffer.like()
        self._total, self._factor = zeros(capacity, dtype), zeros((), dtype)
        self._one_each = zeros(capacity * width, dtype) + 1
        self._classes = np.eye(width, dtype=dtype) if buffer.by_column else None
        self._row = np.arange(capacity)
        self._resize(capacity)

    def forward(self, Z: Array, T: Array) -> float:
        """Σ_n [m_n ln Σ_k e^z_k - Σ_k t_k z_k] with m_n = Σ_k t_k, each row of Z shifted by its maximum.

        Class indices have to be those of columns: of others some would count as the nearest. Rows of probabilities that
        are neither smoothed nor weighted are taken to sum to 1.
        """
        if len(Z) != len(self.Y):
            self._resize(len(Z))
        Y, products, total, mass = self.Y, self._products, self._totals, self._mass
        self.scores = Z
        has_classes = T.ndim == 1
        self.T = T = self._one_hot(T) if has_classes else T
        if self._is_changed:
            self.T = T = self._change(T)
            np.dot(T, self._ones, mass)
        np.subtract(Z, np.maximum.reduce(Z, axis=1, keepdims=True), Y)
        np.multiply(Y, T, products)
        self.hits = self._hits() if has_classes and not self._is_changed else None
        np.exp(Y, Y)
        Y.dot(self._ones, total)
        np.divide(Y, self._column, Y)
        np.log(total, total)
        return float(mass.dot(total) - self._all.dot(self._flat))

    def backward(self, count: float) -> Array:
        """(m p - t) / count"""
        if self._is_changed:
            self.Y *= self._mass[:, np.newaxis]
        self._factor[...] = 1 / count
        np.subtract(self.Y, self.T, self.Y)
        np.multiply(self.Y, self._factor, self.Y)
        return self.Y

    def _resize(self, count: int) -> None:
        """Make the views for batches of `count` examples."""
        self.Y, self._target, self._products = (buffer.rows(count) for buffer in self._buffers)
        self._flat = self._products.ravel(order="K")
        self._totals = self._total[:count]
        self._column = self._totals[:, np.newaxis]
        self._all, self._ones = self._one_each[: self.Y.size], self._one_each[: self.Y.shape[1]]
        self._mass = zeros(count, self.Y.dtype) + 1  # of unchanged targets

    def _hits(self) -> int | None:
        """The output of an example's class, once shifted, is 0 where it is the greatest of its row; None for ties."""
        count = len(self.Y)
        has_ties = self.Y.size - np.count_nonzero(self.Y) != count
        return None if has_ties else count - int(np.count_nonzero(self._products))

    def _one_hot(self, T: Array) -> Array:
        """Class indices `(N,)` to rows `(N, K)` of zeros and a one."""
        rows = self._target
        if self._classes is not None:
            self._classes.take(T, axis=1, out=rows.T, mode="clip")
        else:
            rows[...] = 0
            rows[self._row[: len(T)], T] = 1
        return rows

    def _change(self, T: Array) -> Array:
        """w ((1 - ε) t + ε/K), `(N, K)`, in a buffer of our own."""
        changed = self._target
        np.multiply(T, 1 - self.smoothing, changed)
        changed += self.smoothing / changed.shape[1]
        if self.weights is not None:
            changed *= self.weights.astype(changed.dtype)
        return changed


class KLDivergenceHead(SoftmaxCrossEntropyHead):
    """The cross-entropy less the entropy of the targets."""

    def forward(self, Z: Array, T: Array) -> float:
        entropy = 0.0 if T.ndim == 1 else -float(np.sum(T * np.log(np.where(T > 0, T, 1))))
        return super().forward(Z, T) - entropy


class SigmoidCrossEntropyHead(SmoothHead):
    """Targets are numbers in [0, 1], `(N, K)`; the outputs are independent of one another."""

    def __init__(self, buffer: Buffer, *, smoothing: float = 0.0, weights: Array | None = None) -> None:
        """`weights` of the classes: `(2,)`, of 0 and 1, for a single output, else `(K,)`."""
        self.smoothing, self.weights = smoothing, weights
        self._Y = buffer

    def forward(self, Z: Array, T: Array) -> float:
        """Σ w [max(z, 0) - z t + ln(1 + e^-|z|)]"""
        self.Y, self.scores, self.w = self._Y.rows(len(Z)), Z, self._weights(T)
        self.T = T * (1 - self.smoothing) + self.smoothing / max(Z.shape[1], 2) if self.smoothing else T
        loss = np.maximum(Z, 0) - Z * self.T + np.log1p(np.exp(-np.abs(Z)))
        if self.w is not None:
            loss *= self.w
        Sigmoid().forward(Z, self.Y)
        return float(loss.sum())

    def backward(self, count: float) -> Array:
        """w (p - t) / count"""
        self.Y -= self.T
        if self.w is not None:
            self.Y *= self.w
        self.Y *= 1 / count
        return self.Y

    def _weights(self, T: Array) -> Array | None:
        """The weight of each example's class, `(N, 1)`."""
        if self.weights is None:
            return None
        weights = self.weights.astype(T.dtype)
        if T.shape[1] == 1:
            return np.asarray(weights[0] + (weights[1] - weights[0]) * T)
        return np.asarray(T @ weights)[:, np.newaxis]
