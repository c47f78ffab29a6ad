"""Functions that level off on both sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from bpcli.nn.activations.activation import Smooth
from bpcli.nn.arrays import Array


@dataclass(frozen=True, kw_only=True)
class Sigmoid(Smooth):
    """sigmoid: f(z) = 1 / (1 + e^-z)."""

    name: Literal["sigmoid"] = "sigmoid"

    def forward(self, Z: Array) -> Array:
        return sigmoid(Z)

    def backward(self, Z: Array, A: Array, dA: Array) -> Array:
        """f'(z) = a (1 - a)"""
        return dA * A * (1 - A)


@dataclass(frozen=True, kw_only=True)
class Tanh(Smooth):
    """tanh: f(z) = tanh z."""

    name: Literal["tanh"] = "tanh"

    def forward(self, Z: Array) -> Array:
        return np.tanh(Z)

    def backward(self, Z: Array, A: Array, dA: Array) -> Array:
        """f'(z) = 1 - a²"""
        return dA * (1 - A * A)


@dataclass(frozen=True, kw_only=True)
class Softsign:
    """softsign: f(z) = z / (1 + |z|) (Glorot and Bengio 2010)."""

    name: Literal["softsign"] = "softsign"
    kinks: ClassVar[tuple[float, ...]] = (0.0,)

    def forward(self, Z: Array) -> Array:
        return Z / (1 + np.abs(Z))

    def backward(self, Z: Array, A: Array, dA: Array) -> Array:
        """f'(z) = 1 / (1 + |z|)²"""
        width = 1 + np.abs(Z)
        return dA / width / width

    def piece(self, k: int, Z: Array) -> Array:
        return Z / (1 + Z if k else 1 - Z)


@dataclass(frozen=True, kw_only=True)
class HardSigmoid:
    """hard_sigmoid: f(z) = min(max(z / 6 + ½, 0), 1), as PyTorch (Courbariaux, Bengio and David 2015)."""

    name: Literal["hard_sigmoid"] = "hard_sigmoid"
    kinks: ClassVar[tuple[float, ...]] = (-3.0, 3.0)

    def forward(self, Z: Array) -> Array:
        return np.clip(Z / 6 + 0.5, 0, 1)

    def backward(self, Z: Array, A: Array, dA: Array) -> Array:
        """f'(z) = 1/6 for -3 < z < 3, and 0 elsewhere, the kinks included"""
        return dA * ((Z > -3) & (Z < 3)) / 6

    def piece(self, k: int, Z: Array) -> Array:
        return Z / 6 + 0.5 if k == 1 else np.full_like(Z, k / 2)


def sigmoid(Z: Array) -> Array:
    """Compute 1 / (1 + e^-z) as ½ tanh(½ z) + ½, which cannot overflow."""
    return 0.5 * np.tanh(0.5 * Z) + 0.5
