"""Activation functions, each with its backward directly below its forward."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

import numpy as np

from bpcli.nn.arrays import Array


class Activation(Protocol):
    @property
    def keeps_Z(self) -> bool: ...

    @property
    def kinks(self) -> tuple[float, ...]: ...

    def forward(self, Z: Array, A: Array) -> None: ...

    def backward(self, Z: Array, A: Array, dA: Array) -> None: ...


class Piecewise(Activation, Protocol):
    def piece(self, k: int, Z: Array) -> Array: ...


@dataclass(frozen=True, kw_only=True)
class Identity:
    """identity: f(z) = z"""

    name: Literal["identity"] = "identity"
    keeps_Z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = ()

    def forward(self, Z: Array, A: Array) -> None:
        if A is not Z:
            A[...] = Z

    def backward(self, Z: Array, A: Array, dA: Array) -> None:
        """f'(z) = 1"""


@dataclass(frozen=True, kw_only=True)
class Sigmoid:
    """sigmoid: f(z) = 1 / (1 + e^-z)"""

    name: Literal["sigmoid"] = "sigmoid"
    keeps_Z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = ()

    def forward(self, Z: Array, A: Array) -> None:
        """As ½ tanh(½ z) + ½, which is quicker and cannot overflow."""
        np.multiply(Z, 0.5, A)
        np.tanh(A, A)
        A *= 0.5
        A += 0.5

    def backward(self, Z: Array, A: Array, dA: Array) -> None:
        """f'(z) = a (1 - a)"""
        dA *= A - A * A


@dataclass(frozen=True, kw_only=True)
class Tanh:
    """tanh: f(z) = tanh z"""

    name: Literal["tanh"] = "tanh"
    keeps_Z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = ()

    def forward(self, Z: Array, A: Array) -> None:
        np.tanh(Z, A)

    def backward(self, Z: Array, A: Array, dA: Array) -> None:
        """f'(z) = 1 - a²"""
        dA -= dA * A * A


@dataclass(frozen=True, kw_only=True)
class ReLU:
    """relu: f(z) = max(0, z) (Nair and Hinton 2010)"""

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
class Softmax:
    """softmax: f(z)_i = e^z_i / Σ_j e^z_j over a row, shifted by the row's maximum (Bridle 1990)"""

    name: Literal["softmax"] = "softmax"
    keeps_Z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = ()

    def forward(self, Z: Array, A: Array) -> None:
        np.subtract(Z, Z.max(axis=1, keepdims=True), A)
        np.exp(A, A)
        A /= A.sum(axis=1, keepdims=True)

    def backward(self, Z: Array, A: Array, dA: Array) -> None:
        """dz = a * (da - Σ_j da_j a_j): the Jacobian diag(a) - a aᵀ times da, a row at a time"""
        dA -= np.einsum("ij,ij->i", dA, A)[:, np.newaxis]
        dA *= A


AnyActivation = Identity | Sigmoid | Tanh | ReLU | Softmax
