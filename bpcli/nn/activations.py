"""Activation functions, each with its backward directly below its forward.

`forward(Z, A)` fills `A` with f(Z), entry by entry but for softmax; `A` may be `Z` itself unless the activation keeps
`Z`. `backward(Z, A, dA)` overwrites `dA` with `dZ = f'(Z) dA`. Where f' is a function of the output, `Z` is not read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, Protocol

import numpy as np
from annotated_types import Gt

from bpcli.nn.arrays import Array
from bpcli.nn.special import erf


class Activation(Protocol):
    @property
    def keeps_Z(self) -> bool:
        """Whether `backward` reads the raw inputs, so that `forward` must not overwrite them."""
        ...

    @property
    def kinks(self) -> tuple[float, ...]:
        """Raw inputs, rising, at which f' or f'' jumps; empty for a smooth function."""
        ...

    def forward(self, Z: Array, A: Array) -> None: ...

    def backward(self, Z: Array, A: Array, dA: Array) -> None: ...

    def piece(self, k: int, Z: Array) -> Array:
        """The smooth function that f is between two kinks, continued everywhere, as a new array of the shape of `Z`.

        Piece `k` lies above `k` of the kinks; each kink belongs to the piece below it.
        """
        ...


class _Smooth:
    """f' is smooth, and unless said otherwise a function of the output."""

    keeps_Z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = ()

    def piece(self, k: int, Z: Array) -> Array:
        raise NotImplementedError("a smooth function has no pieces")


@dataclass(frozen=True, kw_only=True)
class Identity(_Smooth):
    """identity: f(z) = z."""

    name: Literal["identity"] = "identity"

    def forward(self, Z: Array, A: Array) -> None:
        if A is not Z:
            A[...] = Z

    def backward(self, Z: Array, A: Array, dA: Array) -> None:
        """f'(z) = 1"""


@dataclass(frozen=True, kw_only=True)
class Sigmoid(_Smooth):
    """sigmoid: f(z) = 1 / (1 + e^-z)."""

    name: Literal["sigmoid"] = "sigmoid"

    def forward(self, Z: Array, A: Array) -> None:
        _sigmoid(Z, A)

    def backward(self, Z: Array, A: Array, dA: Array) -> None:
        """f'(z) = a (1 - a)"""
        dA *= A - A * A


@dataclass(frozen=True, kw_only=True)
class Tanh(_Smooth):
    """tanh: f(z) = tanh z."""

    name: Literal["tanh"] = "tanh"

    def forward(self, Z: Array, A: Array) -> None:
        np.tanh(Z, A)

    def backward(self, Z: Array, A: Array, dA: Array) -> None:
        """f'(z) = 1 - a²"""
        dA -= dA * A * A


@dataclass(frozen=True, kw_only=True)
class ReLU:
    """relu: f(z) = max(0, z) (Nair and Hinton 2010)."""

    name: Literal["relu"] = "relu"
    keeps_Z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = (0.0,)

    def forward(self, Z: Array, A: Array) -> None:
        np.maximum(Z, 0, out=A)

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
class GELU(_Smooth):
    """gelu: f(z) = z Φ(z), Φ the normal distribution function (Hendrycks and Gimpel 2016).

    approximate: tanh is their f(z) = ½ z (1 + tanh(√(2/π) (z + 0.044715 z³))).
    """

    name: Literal["gelu"] = "gelu"
    approximate: Literal["none", "tanh"] = "none"
    """none: exactly, by the error function; tanh: by a hyperbolic tangent, which is quicker"""
    keeps_Z: ClassVar[bool] = True
    _SLOPE: ClassVar[float] = math.sqrt(2 / math.pi)
    _CUBIC: ClassVar[float] = 0.044715
    _FAR: ClassVar[float] = 40.0
    """beyond it f is 0 or z in every precision, and powers of z would overflow"""

    def forward(self, Z: Array, A: Array) -> None:
        np.multiply(Z, self._gate(np.clip(Z, -self._FAR, self._FAR)), A)

    def backward(self, Z: Array, A: Array, dA: Array) -> None:
        """f'(z) = Φ(z) + z φ(z), φ the normal density; for tanh the derivative of the formula above"""
        z = np.clip(Z, -self._FAR, self._FAR)
        gate = self._gate(z)
        if self.approximate == "none":
            density = np.exp(-0.5 * z * z) * (1 / math.sqrt(2 * math.pi))
        else:
            density = 2 * gate * (1 - gate) * (self._SLOPE * (1 + 3 * self._CUBIC * z * z))
        gate += z * density
        dA *= gate

    def _gate(self, z: Array) -> Array:
        """Φ(z), or what stands for it."""
        inner = (
            erf(z * math.sqrt(0.5)) if self.approximate == "none" else np.tanh(self._SLOPE * (z + self._CUBIC * z**3))
        )
        gate: Array = 0.5 * inner
        gate += 0.5
        return gate


@dataclass(frozen=True, kw_only=True)
class Softplus(_Smooth):
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
class SiLU(_Smooth):
    """silu: f(z) = z / (1 + e^-z), swish (Elfwing, Uchibe and Doya 2018; Ramachandran, Zoph and Le 2017)."""

    name: Literal["silu"] = "silu"
    keeps_Z: ClassVar[bool] = True

    def forward(self, Z: Array, A: Array) -> None:
        _sigmoid(Z, A)
        A *= Z

    def backward(self, Z: Array, A: Array, dA: Array) -> None:
        """f'(z) = s (1 + z (1 - s)) with s = 1 / (1 + e^-z)"""
        s = np.empty_like(Z)
        _sigmoid(Z, s)
        slope = (1 - s) * Z
        slope += 1
        slope *= s
        dA *= slope


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


@dataclass(frozen=True, kw_only=True)
class Exp(_Smooth):
    """exponential: f(z) = e^z, for the rates of a poisson loss."""

    name: Literal["exponential"] = "exponential"

    def forward(self, Z: Array, A: Array) -> None:
        """Where e^z would overflow it stays at the greatest finite number."""
        np.exp(np.minimum(Z, Z.dtype.type(math.log(float(np.finfo(Z.dtype).max)) * (1 - 1e-6))), A)

    def backward(self, Z: Array, A: Array, dA: Array) -> None:
        """f'(z) = a"""
        dA *= A


@dataclass(frozen=True, kw_only=True)
class Softmax(_Smooth):
    """softmax: f(z)_i = e^z_i / Σ_j e^z_j over a row, shifted by the row's maximum (Bridle 1990)."""

    name: Literal["softmax"] = "softmax"

    def forward(self, Z: Array, A: Array) -> None:
        np.subtract(Z, Z.max(axis=1, keepdims=True), A)
        np.exp(A, A)
        A /= A.sum(axis=1, keepdims=True)

    def backward(self, Z: Array, A: Array, dA: Array) -> None:
        """dz = a * (da - Σ_j da_j a_j): the Jacobian diag(a) - a aᵀ times da, a row at a time"""
        dA -= np.einsum("ij,ij->i", dA, A)[:, np.newaxis]
        dA *= A


AnyActivation = (
    Identity
    | Sigmoid
    | Tanh
    | ReLU
    | LeakyReLU
    | ELU
    | SELU
    | GELU
    | Softplus
    | Softsign
    | SiLU
    | HardSigmoid
    | Exp
    | Softmax
)
"""Discriminated by `name`."""


def _sigmoid(Z: Array, A: Array) -> None:
    """1 / (1 + e^-z) as ½ tanh(½ z) + ½, which is quicker and cannot overflow."""
    np.multiply(Z, 0.5, A)
    np.tanh(A, A)
    A *= 0.5
    A += 0.5


def _elu(Z: Array, A: Array, alpha: float, scale: float) -> None:
    """scale · (max(z, 0) + alpha (e^min(z, 0) - 1))"""
    below = np.expm1(np.minimum(Z, 0))
    below *= alpha
    np.maximum(Z, 0, out=A)
    A += below
    if scale != 1:
        A *= scale
