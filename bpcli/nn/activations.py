"""Activation functions, each with its backward directly below its forward.

`forward(Z)` overwrites `Z` with `A = f(Z)`. `backward(A, dA)` overwrites `dA` with `dZ = f'(Z) * dA`; every
derivative here is a function of the output `A`, so `Z` is never kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from bpcli.nn.arrays import Array


class Activation(NamedTuple):
    forward: Callable[[Array], None]
    backward: Callable[[Array, Array], None]
    has_kink: bool = False
    """Piecewise linear: the derivative jumps where the output leaves zero."""


def _identity(Z: Array) -> None:
    """f(z) = z"""


def _identity_backward(A: Array, dA: Array) -> None:
    """f'(z) = 1"""


def _sigmoid(Z: Array) -> None:
    """f(z) = 1 / (1 + e^-z), as ½ tanh(½ z) + ½, which is quicker and cannot overflow."""
    Z *= 0.5
    np.tanh(Z, Z)
    Z *= 0.5
    Z += 0.5


def _sigmoid_backward(A: Array, dA: Array) -> None:
    """f'(z) = a (1 - a)"""
    dA *= A - A * A


def _tanh(Z: Array) -> None:
    """f(z) = tanh z"""
    np.tanh(Z, Z)


def _tanh_backward(A: Array, dA: Array) -> None:
    """f'(z) = 1 - a²"""
    dA -= dA * A * A


def _relu(Z: Array) -> None:
    """f(z) = max(0, z) (Nair and Hinton 2010)"""
    np.maximum(Z, 0, out=Z)


def _relu_backward(A: Array, dA: Array) -> None:
    """f'(z) = 1 for z > 0, and 0 for z <= 0, the kink included"""
    dA *= A > 0


def _softmax(Z: Array) -> None:
    """f(z)_i = e^z_i / Σ_j e^z_j over a row, shifted by the row's maximum (Bridle 1990)"""
    Z -= Z.max(axis=1, keepdims=True)
    np.exp(Z, Z)
    Z /= Z.sum(axis=1, keepdims=True)


def _softmax_backward(A: Array, dA: Array) -> None:
    """dz = a * (da - Σ_j da_j a_j): the Jacobian diag(a) - a aᵀ times da, a row at a time"""
    dA -= np.einsum("ij,ij->i", dA, A)[:, np.newaxis]
    dA *= A


ActivationName = Literal["identity", "sigmoid", "tanh", "relu", "softmax"]

ACTIVATIONS: dict[ActivationName, Activation] = {
    "identity": Activation(_identity, _identity_backward),
    "sigmoid": Activation(_sigmoid, _sigmoid_backward),
    "tanh": Activation(_tanh, _tanh_backward),
    "relu": Activation(_relu, _relu_backward, has_kink=True),
    "softmax": Activation(_softmax, _softmax_backward),
}
