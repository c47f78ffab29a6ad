"""Functions that let the positive side through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Gt

from bpcli.nn.activations.activation import Smooth
from bpcli.nn.activations.sigmoids import sigmoid
from bpcli.nn.arrays import Array


@dataclass(frozen=True, kw_only=True)
class ReLU:
    """relu: f(z) = max(0, z) (Nair and Hinton 2010)."""

    name: Literal["relu"] = "relu"
    kinks: ClassVar[tuple[float, ...]] = (0.0,)

    def forward(self, Z: Array) -> Array:
        return np.maximum(Z, 0)

    def backward(self, Z: Array, A: Array, dA: Array) -> Array:
        """f'(z) = 1 for z > 0, and 0 for z <= 0, the kink included"""
        return dA * (Z > 0)

    def piece(self, k: int, Z: Array) -> Array:
        return Z * k


@dataclass(frozen=True, kw_only=True)
class LeakyReLU:
    """leaky_relu: f(z) = z for z > 0, slope · z below, so that no unit dies (Maas, Hannun and Ng 2013)."""

    name: Literal["leaky_relu"] = "leaky_relu"
    slope: Annotated[float, Gt(0)] = 0.01
    """of the negative side"""
    kinks: ClassVar[tuple[float, ...]] = (0.0,)

    def forward(self, Z: Array) -> Array:
        return np.where(Z > 0, Z, self.slope * Z)

    def backward(self, Z: Array, A: Array, dA: Array) -> Array:
        """f'(z) = 1 for z > 0, slope for z <= 0"""
        return np.where(Z > 0, dA, self.slope * dA)

    def piece(self, k: int, Z: Array) -> Array:
        return Z * (1.0 if k else self.slope)


@dataclass(frozen=True, kw_only=True)
class ELU:
    """elu: f(z) = z for z > 0, α (e^z - 1) below (Clevert, Unterthiner and Hochreiter 2016)."""

    name: Literal["elu"] = "elu"
    alpha: Annotated[float, Gt(0)] = 1.0
    """α: -α is the least output"""
    kinks: ClassVar[tuple[float, ...]] = (0.0,)

    def forward(self, Z: Array) -> Array:
        return _elu(Z, self.alpha)

    def backward(self, Z: Array, A: Array, dA: Array) -> Array:
        """f'(z) = 1 for z > 0, α e^z = a + α for z <= 0"""
        return dA * np.where(Z > 0, 1, A + self.alpha)

    def piece(self, k: int, Z: Array) -> Array:
        return Z.copy() if k else np.asarray(self.alpha * np.expm1(Z))


@dataclass(frozen=True, kw_only=True)
class SELU:
    """selu: f(z) = λ elu(z), whose λ and α keep mean 0 and variance 1 from layer to layer (Klambauer et al. 2017)."""

    name: Literal["selu"] = "selu"
    kinks: ClassVar[tuple[float, ...]] = (0.0,)
    SCALE: ClassVar[float] = 1.0507009873554804934193349852946
    """λ, equation 14"""
    ALPHA: ClassVar[float] = 1.6732632423543772848170429916717
    """α, equation 14"""

    def forward(self, Z: Array) -> Array:
        return self.SCALE * _elu(Z, self.ALPHA)

    def backward(self, Z: Array, A: Array, dA: Array) -> Array:
        """f'(z) = λ for z > 0, λ α e^z = a + λ α for z <= 0"""
        return dA * np.where(Z > 0, self.SCALE, A + self.SCALE * self.ALPHA)

    def piece(self, k: int, Z: Array) -> Array:
        return self.SCALE * (Z if k else self.ALPHA * np.expm1(Z))


@dataclass(frozen=True, kw_only=True)
class Softplus(Smooth):
    """softplus: f(z) = ln(1 + e^z), a smooth relu (Dugas et al. 2001)."""

    name: Literal["softplus"] = "softplus"

    def forward(self, Z: Array) -> Array:
        """Compute max(z, 0) + ln(1 + e^-|z|), which cannot overflow."""
        return np.maximum(Z, 0) + np.log1p(np.exp(-np.abs(Z)))

    def backward(self, Z: Array, A: Array, dA: Array) -> Array:
        """f'(z) = 1 / (1 + e^-z)"""
        return dA * sigmoid(Z)


def _elu(Z: Array, alpha: float) -> Array:
    """Compute z for z > 0, alpha (e^z - 1) below, and no e^z that could overflow."""
    return np.where(Z > 0, Z, alpha * np.expm1(np.minimum(Z, 0)))
