"""Functions that let their input through in part: z times a share that depends on z."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from bpcli.nn.activations.activation import Smooth
from bpcli.nn.activations.sigmoids import sigmoid
from bpcli.nn.arrays import Array
from bpcli.nn.special import erf


@dataclass(frozen=True, kw_only=True)
class GELU(Smooth):
    """gelu: f(z) = z Φ(z), Φ the normal distribution function (Hendrycks and Gimpel 2016).

    approximate: tanh is their f(z) = ½ z (1 + tanh(√(2/π) (z + 0.044715 z³))).
    """

    name: Literal["gelu"] = "gelu"
    approximate: Literal["none", "tanh"] = "none"
    """none: exactly, by the error function; tanh: by a hyperbolic tangent, which is faster"""
    _SLOPE: ClassVar[float] = math.sqrt(2 / math.pi)
    _CUBIC: ClassVar[float] = 0.044715
    _FAR: ClassVar[float] = 40.0
    """beyond it f is 0 or z in every precision, and powers of z would overflow"""

    def forward(self, Z: Array) -> Array:
        return Z * self._gate(np.clip(Z, -self._FAR, self._FAR))

    def backward(self, Z: Array, A: Array, dA: Array) -> Array:
        """f'(z) = Φ(z) + z φ(z), φ the normal density; for tanh the derivative of the formula above"""
        z = np.clip(Z, -self._FAR, self._FAR)
        gate = self._gate(z)
        if self.approximate == "none":
            density = np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
        else:
            density = 2 * gate * (1 - gate) * self._SLOPE * (1 + 3 * self._CUBIC * z * z)
        return dA * (gate + z * density)

    def _gate(self, z: Array) -> Array:
        """Compute Φ(z), or its approximation."""
        if self.approximate == "none":
            return 0.5 * (1 + erf(z * math.sqrt(0.5)))
        return 0.5 * (1 + np.tanh(self._SLOPE * (z + self._CUBIC * z**3)))


@dataclass(frozen=True, kw_only=True)
class SiLU(Smooth):
    """silu: f(z) = z / (1 + e^-z), swish (Elfwing, Uchibe and Doya 2018; Ramachandran, Zoph and Le 2017)."""

    name: Literal["silu"] = "silu"

    def forward(self, Z: Array) -> Array:
        return Z * sigmoid(Z)

    def backward(self, Z: Array, A: Array, dA: Array) -> Array:
        """f'(z) = s (1 + z (1 - s)) with s = 1 / (1 + e^-z)"""
        s = sigmoid(Z)
        return dA * s * (1 + Z * (1 - s))
