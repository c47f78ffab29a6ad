"""Cross-entropy and what belongs to it, fused with the output activation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt, Lt

from bpcli.nn.activations import Activation, Sigmoid, Softmax
from bpcli.nn.activations.sigmoids import sigmoid
from bpcli.nn.arrays import Array
from bpcli.nn.losses.loss import OutputLoss, Reduction, SmoothOutputLoss

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

    def bind(self, activation: Activation, class_weights: Array | None = None) -> OutputLoss:
        """Join the loss to its outputs, with `class_weights (classes,)`. Raises ValueError for other activations."""
        if isinstance(activation, Softmax):
            if class_weights is None:
                return SoftmaxCrossEntropy(self.label_smoothing)
            return WeightedSoftmaxCrossEntropy(self.label_smoothing, class_weights)
        if isinstance(activation, Sigmoid):
            return SigmoidCrossEntropy(self.label_smoothing, class_weights)
        raise ValueError(f"cross_entropy takes softmax or sigmoid outputs, not {activation}")


@dataclass(frozen=True, kw_only=True)
class KLDivergence:
    """kl_divergence: Σ t ln(t / p) over the softmax outputs p, mean over examples (Kullback and Leibler 1951).

    Targets are probabilities. It is the cross-entropy less the entropy of the targets, and has the same gradient.
    """

    name: Literal["kl_divergence"] = "kl_divergence"
    reduction: Reduction = "mean"
    """what training makes small: the mean over the examples of a batch, or the sum; logs show the mean"""

    def bind(self, activation: Activation, class_weights: Array | None = None) -> OutputLoss:
        """Join the loss to softmax outputs. Raises ValueError for another activation."""
        if not isinstance(activation, Softmax):
            raise ValueError(f"kl_divergence takes softmax outputs, not {activation}")
        return SoftmaxKLDivergence()


class SoftmaxCrossEntropy(SmoothOutputLoss):
    """Softmax outputs with cross-entropy, fused: from Z straight to the loss, and to dZ.

    Targets are class indices `(N,)`, or probabilities `(N, K)` whose rows sum to 1.
    """

    shares = True

    def __init__(self, smoothing: float = 0.0) -> None:
        self.smoothing = smoothing

    def forward(self, Z: Array, T: Array) -> float:
        """Compute -Σ_n Σ_k t_k ln p_k with p_k = e^z_k / Σ_j e^z_j.

        Each row of Z is shifted by its maximum, which changes no p, so that no exponential overflows.
        """
        self.T, self.scores = self._targets(T, Z), Z
        Z = Z - Z.max(axis=1, keepdims=True)
        exp = np.exp(Z)
        total = exp.sum(axis=1, keepdims=True)
        self.Y = exp / total
        return -float(np.vdot(self.T, Z - np.log(total)))

    def backward(self, count: float) -> Array:
        """dZ = (p - t) / N"""
        return (self.Y - self.T) / count

    def _targets(self, T: Array, Z: Array) -> Array:
        """Return the targets as rows of probabilities `(N, K)`, smoothed: (1 - ε) t + ε/K."""
        if T.ndim == 1:
            T = one_hot(T, Z)
        return (1 - self.smoothing) * T + self.smoothing / Z.shape[1] if self.smoothing else T


class WeightedSoftmaxCrossEntropy(SoftmaxCrossEntropy):
    """Softmax outputs with a cross-entropy that weighs classes: -Σ_n Σ_k w_k t_k ln p_k."""

    def __init__(self, smoothing: float, weights: Array) -> None:
        """Take the `weights (K,)` of the classes."""
        super().__init__(smoothing)
        self.weights = weights

    def backward(self, count: float) -> Array:
        """dZ = (m p - w t) / N with m = Σ_k w_k t_k, which is 1 without weights"""
        m = self.T.sum(axis=1, keepdims=True)
        return (m * self.Y - self.T) / count

    def _targets(self, T: Array, Z: Array) -> Array:
        """Return w t."""
        return self.weights.astype(Z.dtype) * super()._targets(T, Z)


class SoftmaxKLDivergence(SoftmaxCrossEntropy):
    """Softmax outputs with the Kullback-Leibler divergence: the cross-entropy less the entropy of the targets."""

    def forward(self, Z: Array, T: Array) -> float:
        """Compute Σ_n Σ_k t_k ln(t_k / p_k)."""
        entropy = 0.0 if T.ndim == 1 else -float(np.sum(T * np.log(np.where(T > 0, T, 1))))
        return super().forward(Z, T) - entropy


class SigmoidCrossEntropy(SmoothOutputLoss):
    """Sigmoid outputs with cross-entropy, fused; the outputs are independent of one another.

    Targets are numbers in [0, 1], `(N, K)`.
    """

    def __init__(self, smoothing: float = 0.0, weights: Array | None = None) -> None:
        """Take the `weights` of the classes: `(2,)`, of 0 and 1, for a single output, else `(K,)`."""
        self.smoothing, self.weights = smoothing, weights

    def forward(self, Z: Array, T: Array) -> float:
        """Compute Σ w [max(z, 0) - z t + ln(1 + e^-|z|)], which is -Σ w [t ln p + (1 - t) ln(1 - p)]."""
        self.w = self._weights(T)
        self.T = T = (1 - self.smoothing) * T + self.smoothing / max(Z.shape[1], 2) if self.smoothing else T
        self.Y, self.scores = sigmoid(Z), Z
        losses = np.maximum(Z, 0) - Z * T + np.log1p(np.exp(-np.abs(Z)))
        return float((self.w * losses).sum())

    def backward(self, count: float) -> Array:
        """dZ = w (p - t) / N"""
        return self.w * (self.Y - self.T) / count

    def _weights(self, T: Array) -> Array | float:
        """Return the weight of each example's class, `(N, 1)`; 1 without weights."""
        if self.weights is None:
            return 1.0
        weights = self.weights.astype(T.dtype)
        if T.shape[1] == 1:
            return weights[0] + (weights[1] - weights[0]) * T
        return np.asarray(T @ weights)[:, np.newaxis]


def one_hot(T: Array, Y: Array) -> Array:
    """Return class indices `T (N,)` as rows of zeros and a one, of the shape and type of `Y (N, K)`."""
    rows = np.zeros(Y.shape, Y.dtype)
    rows[np.arange(len(T)), T] = 1
    return rows
