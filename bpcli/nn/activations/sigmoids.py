"""Functions that level off on both sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from bpcli.nn.activations.activation import Smooth
from bpcli.nn.arrays import Array, constant


@dataclass(frozen=True, kw_only=True)
class Sigmoid(Smooth):
    """sigmoid: f(z) = 1 / (1 + e^-z)."""

    name: Literal["sigmoid"] = "sigmoid"

    def forward(self, Z: Array, A: Array) -> None:
        sigmoid(Z, A)

    def backward(self, Z: Array, A: Array, dA: Array) -> None:
        """f'(z) = a (1 - a)"""
        slope = np.multiply(A, A)
        np.subtract(A, slope, slope)
        np.multiply(dA, slope, dA)


@dataclass(frozen=True, kw_only=True)
class Tanh(Smooth):
    """tanh: f(z) = tanh z."""

    name: Literal["tanh"] = "tanh"

    def forward(self, Z: Array, A: Array) -> None:
        np.tanh(Z, A)

    def backward(self, Z: Array, A: Array, dA: Array) -> None:
        """f'(z) = 1 - a²"""
        dA -= dA * A * A


@dataclass(frozen=True, kw_only=True)
class Softsign:
    """softsign: f(z) = z / (1 + |z|) (Glorot and Bengio 2010)."""

    name: Literal["softsign"] = "softsign"
    keeps_Z: ClassVar[bool] = True
    kinks: ClassVar[tuple[float, ...]] = (0.0,)

    def forward(self, Z: Array, A: Array) -> None:
        np.divide(Z, 1 + np.abs(Z), A)

    def backward(self, Z: Array, A: Array, dA: Array) -> None:
        """f'(z) = 1 / (1 + |z|)²"""
        width = 1 + np.abs(Z)
        dA /= width
        dA /= width

    def piece(self, k: int, Z: Array) -> Array:
        return np.asarray(Z / (1 + Z if k else 1 - Z))


@dataclass(frozen=True, kw_only=True)
class HardSigmoid:
    """hard_sigmoid: f(z) = min(max(z / 6 + ½, 0), 1), as PyTorch (Courbariaux, Bengio and David 2015)."""

    name: Literal["hard_sigmoid"] = "hard_sigmoid"
    keeps_Z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = (-3.0, 3.0)

    def forward(self, Z: Array, A: Array) -> None:
        np.multiply(Z, 1 / 6, A)
        A += 0.5
        np.clip(A, 0, 1, out=A)

    def backward(self, Z: Array, A: Array, dA: Array) -> None:
        """f'(z) = 1/6 for -3 < z < 3, and 0 elsewhere, the kinks included"""
        dA *= ((A > 0) & (A < 1)) * A.dtype.type(1 / 6)

    def piece(self, k: int, Z: Array) -> Array:
        return np.asarray(Z / 6 + 0.5 if k == 1 else np.full_like(Z, k / 2))


def sigmoid(Z: Array, A: Array) -> None:
    """1 / (1 + e^-z) as ½ tanh(½ z) + ½, which is quicker and cannot overflow."""
    half = constant(0.5, A.dtype)
    np.multiply(Z, half, A)
    np.tanh(A, A)
    np.multiply(A, half, A)
    np.add(A, half, A)
