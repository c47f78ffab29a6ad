"""Squared errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from bpcli.nn.activations import Activation
from bpcli.nn.arrays import Array, Buffer
from bpcli.nn.losses.general import GeneralHead, SmoothComparison
from bpcli.nn.losses.head import Head, Reduction


@dataclass(frozen=True, kw_only=True)
class MeanSquaredError:
    """mse: the mean over examples and outputs of (y - t)², as torch and Keras have it."""

    name: Literal["mse"] = "mse"
    reduction: Reduction = "mean"
    """what training makes small: the mean over the examples of a batch, or the sum; logs show the mean"""

    def head(
        self, activation: Activation, *, capacity: int, width: int, dtype: Any, class_weights: Array | None = None
    ) -> Head:
        return GeneralHead(activation, _Squared(1 / width), Buffer.of_outputs(capacity, width, dtype))


@dataclass(frozen=True, kw_only=True)
class HalfSquaredError:
    """half_squared_error: ½ Σ (t - y)² over outputs, mean over examples (Rumelhart, Hinton and Williams 1986)."""

    name: Literal["half_squared_error"] = "half_squared_error"
    reduction: Reduction = "mean"
    """what training makes small: the mean over the examples of a batch, or the sum; logs show the mean"""

    def head(
        self, activation: Activation, *, capacity: int, width: int, dtype: Any, class_weights: Array | None = None
    ) -> Head:
        return GeneralHead(activation, _Squared(1 / 2), Buffer.of_outputs(capacity, width, dtype))


class _Squared(SmoothComparison):
    """scale · Σ (y - t)², with derivative 2 scale (y - t)."""

    def __init__(self, scale: float) -> None:
        self.scale, self.factor = scale, 2 * scale

    def compare(self, Y: Array, T: Array, dY: Array) -> float:
        np.subtract(Y, T, dY)
        return self.scale * float(np.vdot(dY, dY))
