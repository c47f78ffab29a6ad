"""Functions that let the positive side through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Gt

from bpcli.nn.activations.activation import Smooth
from bpcli.nn.arrays import Array, constant


@dataclass(frozen=True, kw_only=True)
class ReLU:
    """relu: f(z) = max(0, z) (Nair and Hinton 2010)."""

    name: Literal["relu"] = "relu"
    keeps_Z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = (0.0,)

    def forward(self, Z: Array, A: Array) -> None:
        np.maximum(Z, constant(0, Z.dtype), out=A)

    def backward(self, Z: Array, A: Array, dA: Array) -> None:
        """f'(z) = 1 for z > 0, and 0 for z <= 0, the kink included"""
        dA *= A > 0

    def piece(self, k: int, Z: Array) -> Array:
        return Z * k


@dataclass(frozen=True, kw_only=True)
class LeakyReLU:
    """leaky_relu: f(z) = z for z > 0, slope · z below, so that no unit dies (Maas, Hannun and Ng 2013)."""

    name: Literal["leaky_relu"] = "leaky_relu"
    slope: Annotated[float, Gt(0)] = 0.01
    """of the negative side"""
    keeps_Z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = (0.0,)

    def forward(self, Z: Array, A: Array) -> None:
        np.multiply(Z, np.where(Z > 0, Z.dtype.type(1), Z.dtype.type(self.slope)), A)

    def backward(self, Z: Array, A: Array, dA: Array) -> None:
        """f'(z) = 1 for z > 0, slope for z <= 0"""
        np.multiply(dA, self.slope, out=dA, where=A <= 0)

    def piece(self, k: int, Z: Array) -> Array:
        return Z * (1.0 if k else self.slope)


@dataclass(frozen=True, kw_only=True)
class ELU:
    """elu: f(z) = z for z > 0, α (e^z - 1) below (Clevert, Unterthiner and Hochreiter 2016)."""

    name: Literal["elu"] = "elu"
    alpha: Annotated[float, Gt(0)] = 1.0
    """α: -α is the least output"""
    keeps_Z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = (0.0,)

    def forward(self, Z: Array, A: Array) -> None:
        _elu(Z, A, self.alpha, 1.0)

    def backward(self, Z: Array, A: Array, dA: Array) -> None:
        """f'(z) = 1 for z > 0, α e^z = a + α for z <= 0"""
        np.multiply(dA, A + A.dtype.type(self.alpha), out=dA, where=A <= 0)

    def piece(self, k: int, Z: Array) -> Array:
        return Z.copy() if k else np.asarray(self.alpha * np.expm1(Z))


@dataclass(frozen=True, kw_only=True)
class SELU:
    """selu: f(z) = λ elu(z), whose λ and α keep mean 0 and variance 1 from layer to layer (Klambauer et al. 2017)."""

    name: Literal["selu"] = "selu"
    keeps_Z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = (0.0,)
    SCALE: ClassVar[float] = 1.0507009873554804934193349852946
    """λ, equation 14"""
    ALPHA: ClassVar[float] = 1.6732632423543772848170429916717
    """α, equation 14"""

    def forward(self, Z: Array, A: Array) -> None:
        _elu(Z, A, self.ALPHA, self.SCALE)

    def backward(self, Z: Array, A: Array, dA: Array) -> None:
        """f'(z) = λ for z > 0, λ α e^z = a + λ α for z <= 0"""
        scale = A.dtype.type(self.SCALE)
        dA *= np.where(A > 0, scale, A + A.dtype.type(self.SCALE * self.ALPHA))

    def piece(self, k: int, Z: Array) -> Array:
        return np.asarray(self.SCALE * (Z if k else self.ALPHA * np.expm1(Z)))


@dataclass(frozen=True, kw_only=True)
class Softplus(Smooth):
    """softplus: f(z) = ln(1 + e^z), a smooth relu (Dugas et al. 2001)."""

    name: Literal["softplus"] = "softplus"

    def forward(self, Z: Array, A: Array) -> None:
        """As max(z, 0) + ln(1 + e^-|z|), which cannot overflow."""
        tail = np.exp(-np.abs(Z))
        np.maximum(Z, 0, out=A)
        A += np.log1p(tail, tail)

    def backward(self, Z: Array, A: Array, dA: Array) -> None:
        """f'(z) = 1 / (1 + e^-z) = 1 - e^-a"""
        dA *= -np.expm1(-A)


def _elu(Z: Array, A: Array, alpha: float, scale: float) -> None:
    """scale · (max(z, 0) + alpha (e^min(z, 0) - 1))"""
    below = np.expm1(np.minimum(Z, 0))
    below *= alpha
    np.maximum(Z, 0, out=A)
    A += below
    if scale != 1:
        A *= scale
