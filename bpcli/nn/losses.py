"""Losses, each computed together with the activation of the last layer.

A config names a loss (`MeanSquaredError`, ...); `head` binds it to an output activation and gives it buffers.
A head's `forward(Z, T)` returns the *sum* over the batch of the per-example loss; `backward(count)` returns
`dZ (N, K)`, the gradient of that sum divided by `count`, in a buffer of the head's own.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from bpcli.nn.activations import Activation, AnyActivation, Sigmoid, Softmax
from bpcli.nn.arrays import Array, Buffer
from bpcli.nn.held import Held

Reduction = Literal["mean", "sum"]


class Head(Protocol):
    Y: Array
    """The outputs `f(Z) (N, K)` of the last `forward`, until `backward` or the next `forward`."""

    def forward(self, Z: Array, T: Array) -> float:
        """Raw outputs `Z (N, K)` and targets to the sum over examples of the loss; keeps what `backward` needs."""
        ...

    def backward(self, count: int) -> Array:
        """The gradient with respect to `Z (N, K)` of (sum of losses) / `count`. Call once after `forward`."""
        ...

    def sides(self) -> list[Array]: ...

    def hold(self) -> Head: ...


@dataclass(frozen=True, kw_only=True)
class MeanSquaredError:
    """mse: the mean over examples and outputs of (y - t)², as torch and Keras have it."""

    name: Literal["mse"] = "mse"
    reduction: Reduction = "mean"
    """what training makes small: the mean over the batch, or the sum"""

    def head(self, activation: AnyActivation, *, capacity: int, width: int, dtype: Any) -> Head:
        return GeneralHead(activation, 1 / width, Buffer(capacity, width, dtype))


@dataclass(frozen=True, kw_only=True)
class HalfSquaredError:
    """half_squared_error: ½ Σ (t - y)² over outputs, mean over examples (Rumelhart, Hinton and Williams 1986)."""

    name: Literal["half_squared_error"] = "half_squared_error"
    reduction: Reduction = "mean"
    """what training makes small: the mean over the batch, or the sum"""

    def head(self, activation: AnyActivation, *, capacity: int, width: int, dtype: Any) -> Head:
        return GeneralHead(activation, 1 / 2, Buffer(capacity, width, dtype))


@dataclass(frozen=True, kw_only=True)
class CrossEntropy:
    """cross_entropy: -Σ t ln p over outputs, mean over examples; softmax for classes, sigmoid for 0/1 targets.

    With a sigmoid each output has both terms, -(t ln p + (1 - t) ln(1 - p)). Always computed from the raw
    outputs with log-sum-exp, so the delta at the output is (p - t) / N (Bishop 2006, eq. 5.18 to 5.25).
    """

    name: Literal["cross_entropy"] = "cross_entropy"
    reduction: Reduction = "mean"
    """what training makes small: the mean over the batch, or the sum"""

    def head(self, activation: AnyActivation, *, capacity: int, width: int, dtype: Any) -> Head:
        """Raises ValueError for an activation other than softmax and sigmoid."""
        if isinstance(activation, Softmax):
            return SoftmaxCrossEntropyHead(Buffer(capacity, width, dtype))
        if isinstance(activation, Sigmoid):
            return SigmoidCrossEntropyHead(Buffer(capacity, width, dtype))
        raise ValueError(f"cross_entropy takes softmax or sigmoid outputs, not {activation.name}")


Loss = MeanSquaredError | HalfSquaredError | CrossEntropy


class GeneralHead:
    """loss = scale · Σ (a - t)² over outputs; dL/da = 2 scale (a - t)."""

    def __init__(self, activation: Activation, scale: float, buffer: Buffer) -> None:
        self.activation, self.scale = activation, scale
        self._Y, self._dA = buffer, buffer.like()

    def forward(self, Z: Array, T: Array) -> float:
        self.Y, self.dA = self._Y.rows(len(Z)), self._dA.rows(len(Z))
        self.Z = Z
        self.activation.forward(Z, self.Y)
        np.subtract(self.Y, T, self.dA)
        return self.scale * float(np.vdot(self.dA, self.dA))

    def backward(self, count: int) -> Array:
        self.dA *= 2 * self.scale / count
        self.activation.backward(self.Z, self.Y, self.dA)
        return self.dA

    def sides(self) -> list[Array]:
        kinks = self.activation.kinks
        return [np.searchsorted(kinks, self.Z, side="left")] if kinks else []

    def hold(self) -> Head:
        if not self.activation.kinks:
            return self
        held = copy.copy(self)
        held.activation = Held(self.activation, *self.sides())
        return held


class SoftmaxCrossEntropyHead:
    """Targets are class indices `(N,)`, or one row of probabilities an example `(N, K)`."""

    def __init__(self, buffer: Buffer) -> None:
        self._Y = buffer
        self._row = np.arange(buffer.capacity)

    def forward(self, Z: Array, T: Array) -> float:
        """Σ_n [ln Σ_k e^z_k - Σ_k t_k z_k], with each row shifted by its maximum."""
        self.Y, self.T = self._Y.rows(len(Z)), T
        Y = self.Y
        np.subtract(Z, Z.max(axis=1, keepdims=True), Y)
        at_target = float(np.add.reduce(Y[self._row[: len(Z)], T]) if T.ndim == 1 else np.vdot(Y, T))
        np.exp(Y, Y)
        total = Y.sum(axis=1, keepdims=True)
        Y /= total
        return float(np.add.reduce(np.log(total, total), axis=None)) - at_target

    def backward(self, count: int) -> Array:
        """(p - t) / count"""
        if self.T.ndim == 1:
            self.Y[self._row[: len(self.Y)], self.T] -= 1
        else:
            self.Y -= self.T
        self.Y *= 1 / count
        return self.Y

    def sides(self) -> list[Array]:
        return []

    def hold(self) -> Head:
        return self


class SigmoidCrossEntropyHead:
    """Targets are numbers in [0, 1], `(N, K)`; the outputs are independent of one another."""

    def __init__(self, buffer: Buffer) -> None:
        self._Y = buffer

    def forward(self, Z: Array, T: Array) -> float:
        """Σ [max(z, 0) - z t + ln(1 + e^-|z|)]"""
        self.Y, self.T = self._Y.rows(len(Z)), T
        loss = np.maximum(Z, 0) - Z * T + np.log1p(np.exp(-np.abs(Z)))
        Sigmoid().forward(Z, self.Y)
        return float(loss.sum())

    def backward(self, count: int) -> Array:
        """(p - t) / count"""
        self.Y -= self.T
        self.Y *= 1 / count
        return self.Y

    def sides(self) -> list[Array]:
        return []

    def hold(self) -> Head:
        return self
