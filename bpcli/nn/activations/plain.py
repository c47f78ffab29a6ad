"""Functions that squash nothing: the identity, the exponential, and the shares of a softmax."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bpcli.nn.activations.activation import Smooth
from bpcli.nn.arrays import Array


@dataclass(frozen=True, kw_only=True)
class Identity(Smooth):
    """identity: f(z) = z."""

    name: Literal["identity"] = "identity"

    def forward(self, Z: Array) -> Array:
        return Z.copy()

    def backward(self, Z: Array, A: Array, dA: Array) -> Array:
        """f'(z) = 1"""
        return dA.copy()


@dataclass(frozen=True, kw_only=True)
class Exp(Smooth):
    """exponential: f(z) = e^z, for the rates of a poisson loss."""

    name: Literal["exponential"] = "exponential"

    def forward(self, Z: Array) -> Array:
        """Compute e^z, and the greatest finite number where that would overflow."""
        highest = math.log(float(np.finfo(Z.dtype).max)) * (1 - 1e-6)
        return np.exp(np.minimum(Z, highest))

    def backward(self, Z: Array, A: Array, dA: Array) -> Array:
        """f'(z) = a"""
        return dA * A


@dataclass(frozen=True, kw_only=True)
class Softmax(Smooth):
    """softmax: f(z)_i = e^z_i / Σ_j e^z_j over a row, shifted by the row's maximum (Bridle 1990)."""

    name: Literal["softmax"] = "softmax"

    def forward(self, Z: Array) -> Array:
        exp = np.exp(Z - Z.max(axis=1, keepdims=True))
        return exp / exp.sum(axis=1, keepdims=True)

    def backward(self, Z: Array, A: Array, dA: Array) -> Array:
        """dz = a * (da - Σ_j da_j a_j): the Jacobian diag(a) - a aᵀ times da, a row at a time"""
        return A * (dA - (dA * A).sum(axis=1, keepdims=True))
