"""Errors that grow in proportion, so that outliers pull less: absolute, and Huber's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from annotated_types import Gt

from bpcli.nn.activations import Activation
from bpcli.nn.arrays import Array, Buffer
from bpcli.nn.losses.general import Comparison, GeneralHead, SmoothComparison
from bpcli.nn.losses.head import Head, Reduction


@dataclass(frozen=True, kw_only=True)
class MeanAbsoluteError:
    """mean_absolute_error: the mean over examples and outputs of |y - t|, with derivative 0 at y = t."""

    name: Literal["mean_absolute_error"] = "mean_absolute_error"
    reduction: Reduction = "mean"
    """what training makes small: the mean over the examples of a batch, or the sum; logs show the mean"""

    def head(
        self, activation: Activation, *, capacity: int, width: int, dtype: Any, class_weights: Array | None = None
    ) -> Head:
        return GeneralHead(activation, _Absolute(1 / width), Buffer.of_outputs(capacity, width, dtype))


@dataclass(frozen=True, kw_only=True)
class Huber:
    """huber: ½ e² for |e| ≤ δ, δ (|e| - ½ δ) beyond, with e = y - t; mean over examples and outputs (Huber 1964)."""

    name: Literal["huber"] = "huber"
    delta: Annotated[float, Gt(0)] = 1.0
    """δ, up to which an error counts squared"""
    reduction: Reduction = "mean"
    """what training makes small: the mean over the examples of a batch, or the sum; logs show the mean"""

    def head(
        self, activation: Activation, *, capacity: int, width: int, dtype: Any, class_weights: Array | None = None
    ) -> Head:
        return GeneralHead(activation, _Huber(1 / width, self.delta), Buffer.of_outputs(capacity, width, dtype))


class _Absolute:
    """factor · Σ |y - t|, with derivative factor · sign(y - t)."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def compare(self, Y: Array, T: Array, dY: Array) -> float:
        np.subtract(Y, T, dY)
        loss = self.factor * float(np.abs(dY).sum())
        np.sign(dY, dY)
        return loss

    def sides(self, Y: Array, T: Array) -> Array:
        return np.asarray(np.sign(Y - T))

    def hold(self, sides: Array) -> Comparison:
        return _Linear(self.factor, sides)


class _Huber:
    """factor · Σ h(y - t), with derivative factor · clip(y - t, -δ, δ)."""

    def __init__(self, factor: float, delta: float) -> None:
        self.factor, self.delta = factor, delta

    def compare(self, Y: Array, T: Array, dY: Array) -> float:
        error = Y - T
        np.clip(error, -self.delta, self.delta, out=dY)
        return self.factor * float(np.vdot(dY, error) - 0.5 * np.vdot(dY, dY))

    def sides(self, Y: Array, T: Array) -> Array:
        return np.searchsorted((-self.delta, self.delta), Y - T, side="left")

    def hold(self, sides: Array) -> Comparison:
        return _HeldHuber(self.factor, self.delta, sides)


class _Linear(SmoothComparison):
    """factor · Σ s (y - t)"""

    def __init__(self, factor: float, slopes: Array) -> None:
        self.factor, self.slopes = factor, slopes

    def compare(self, Y: Array, T: Array, dY: Array) -> float:
        dY[...] = self.slopes
        return self.factor * float(np.vdot(self.slopes, Y - T))


class _HeldHuber(SmoothComparison):
    """Each error squared, or in proportion to its sign, as `sides` says."""

    def __init__(self, factor: float, delta: float, sides: Array) -> None:
        self.factor, self.delta, self.sign = factor, delta, sides - 1.0

    def compare(self, Y: Array, T: Array, dY: Array) -> float:
        error = Y - T
        beyond = self.delta * (self.sign * error - 0.5 * self.delta)
        dY[...] = np.where(self.sign == 0, error, self.delta * self.sign)
        return self.factor * float(np.where(self.sign == 0, 0.5 * error**2, beyond).sum())
