"""Losses for numbers: squared, absolute and in between, and one for counts.

Outputs Y and targets T are `(N, K)`, and e = y - t is an error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Gt

from bpcli.nn.activations import Activation, Exp
from bpcli.nn.arrays import Array
from bpcli.nn.losses.loss import Compared, Comparison, OutputLoss, Reduction, SmoothComparison, SmoothOutputLoss


@dataclass(frozen=True, kw_only=True)
class MeanSquaredError(SmoothComparison):
    """mse: the mean over examples and outputs of (y - t)², as torch and Keras have it."""

    name: Literal["mse"] = "mse"
    reduction: Reduction = "mean"
    """what training makes small: the mean over the examples of a batch, or the sum; logs show the mean"""

    def value(self, Y: Array, T: Array) -> float:
        return float(np.square(Y - T).sum() / Y.shape[1])

    def gradient(self, Y: Array, T: Array) -> Array:
        return 2 / Y.shape[1] * (Y - T)

    def bind(self, activation: Activation, class_weights: Array | None = None) -> OutputLoss:
        return Compared(self, activation)


@dataclass(frozen=True, kw_only=True)
class HalfSquaredError(SmoothComparison):
    """half_squared_error: ½ Σ (t - y)² over outputs, mean over examples (Rumelhart, Hinton and Williams 1986)."""

    name: Literal["half_squared_error"] = "half_squared_error"
    reduction: Reduction = "mean"
    """what training makes small: the mean over the examples of a batch, or the sum; logs show the mean"""

    def value(self, Y: Array, T: Array) -> float:
        return float(0.5 * np.square(Y - T).sum())

    def gradient(self, Y: Array, T: Array) -> Array:
        return Y - T

    def bind(self, activation: Activation, class_weights: Array | None = None) -> OutputLoss:
        return Compared(self, activation)


@dataclass(frozen=True, kw_only=True)
class MeanAbsoluteError:
    """mean_absolute_error: the mean over examples and outputs of |y - t|, with derivative 0 at y = t."""

    name: Literal["mean_absolute_error"] = "mean_absolute_error"
    reduction: Reduction = "mean"
    """what training makes small: the mean over the examples of a batch, or the sum; logs show the mean"""

    def value(self, Y: Array, T: Array) -> float:
        return float(np.abs(Y - T).sum() / Y.shape[1])

    def gradient(self, Y: Array, T: Array) -> Array:
        return np.sign(Y - T) / Y.shape[1]

    def bind(self, activation: Activation, class_weights: Array | None = None) -> OutputLoss:
        return Compared(self, activation)

    def branches(self, Y: Array, T: Array) -> Array:
        return np.sign(Y - T)

    def freeze_branches(self, branches: Array) -> Comparison:
        return _FrozenAbsolute(branches)


@dataclass(frozen=True, kw_only=True)
class Huber:
    """huber: ½ e² for |e| ≤ δ, δ (|e| - ½ δ) beyond, with e = y - t; mean over examples and outputs (Huber 1964)."""

    name: Literal["huber"] = "huber"
    delta: Annotated[float, Gt(0)] = 1.0
    """δ, up to which an error counts squared"""
    reduction: Reduction = "mean"
    """what training makes small: the mean over the examples of a batch, or the sum; logs show the mean"""

    def value(self, Y: Array, T: Array) -> float:
        size = np.abs(Y - T)
        losses = np.where(size <= self.delta, 0.5 * np.square(size), self.delta * (size - 0.5 * self.delta))
        return float(losses.sum() / Y.shape[1])

    def gradient(self, Y: Array, T: Array) -> Array:
        return np.clip(Y - T, -self.delta, self.delta) / Y.shape[1]

    def bind(self, activation: Activation, class_weights: Array | None = None) -> OutputLoss:
        return Compared(self, activation)

    def branches(self, Y: Array, T: Array) -> Array:
        return np.searchsorted((-self.delta, self.delta), Y - T, side="left")

    def freeze_branches(self, branches: Array) -> Comparison:
        return _FrozenHuber(self.delta, branches)


@dataclass(frozen=True, kw_only=True)
class Poisson(SmoothComparison):
    """poisson: λ - t ln λ with the outputs as rates λ, mean over examples and outputs (Nelder and Wedderburn 1972).

    The negative log-likelihood without ln t!, which does not depend on the network. With exponential outputs it is
    computed from the raw outputs, as e^z - t z, so the delta at the output is (λ - t) / (N K).
    """

    name: Literal["poisson"] = "poisson"
    reduction: Reduction = "mean"
    """what training makes small: the mean over the examples of a batch, or the sum; logs show the mean"""

    def value(self, Y: Array, T: Array) -> float:
        rates = _positive(Y)
        return float((rates - T * np.log(rates)).sum() / Y.shape[1])

    def gradient(self, Y: Array, T: Array) -> Array:
        return (1 - T / _positive(Y)) / Y.shape[1]

    def bind(self, activation: Activation, class_weights: Array | None = None) -> OutputLoss:
        return ExponentialPoisson() if isinstance(activation, Exp) else Compared(self, activation)


class ExponentialPoisson(SmoothOutputLoss):
    """Exponential outputs with the Poisson loss, fused: `λ = e^Z`."""

    def forward(self, Z: Array, T: Array) -> float:
        """Compute Σ (e^z - t z) / K."""
        self.T, self.scores = T, Z
        self.Y = Exp().forward(Z)
        return float((self.Y - T * Z).sum() / Z.shape[1])

    def backward(self, count: float) -> Array:
        """dZ = (λ - t) / (N K)"""
        return (self.Y - self.T) / (count * self.Y.shape[1])


class _FrozenAbsolute(SmoothComparison):
    """The absolute error with its signs kept: the mean of s (y - t), where `signs (N, K)` holds each s."""

    def __init__(self, signs: Array) -> None:
        self.signs = signs

    def value(self, Y: Array, T: Array) -> float:
        return float((self.signs * (Y - T)).sum() / Y.shape[1])

    def gradient(self, Y: Array, T: Array) -> Array:
        raise NotImplementedError("a frozen loss is for values, not for gradients")


class _FrozenHuber(SmoothComparison):
    """The Huber loss with each error kept on its branch `(N, K)`: 0 below -δ, 1 squared, 2 above δ."""

    def __init__(self, delta: float, branches: Array) -> None:
        self.delta, self.sign = delta, branches - 1.0

    def value(self, Y: Array, T: Array) -> float:
        error = Y - T
        beyond = self.delta * (self.sign * error - 0.5 * self.delta)
        return float(np.where(self.sign == 0, 0.5 * error**2, beyond).sum() / Y.shape[1])

    def gradient(self, Y: Array, T: Array) -> Array:
        raise NotImplementedError("a frozen loss is for values, not for gradients")


def _positive(rates: Array) -> Array:
    """Keep rates so far from 0 that no quotient overflows."""
    return np.maximum(rates, math.sqrt(np.finfo(rates.dtype).tiny))
