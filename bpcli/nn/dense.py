"""The fully connected layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt

from bpcli.nn.activations import ACTIVATIONS, ActivationName
from bpcli.nn.arrays import Array, Buffer, zeros
from bpcli.nn.initializers import Initializer


@dataclass(frozen=True, kw_only=True)
class Dense:
    """A fully connected layer, as a config states it: A = f(X W + b)."""

    units: Annotated[int, Gt(0)]
    """outputs of the layer"""
    activation: ActivationName | None = None
    """f; unset: `model.activation`, and `model.output` for the last layer"""
    init: Initializer | None = None
    """how W starts; unset: `model.init`, else he_normal for relu and glorot_uniform for the rest"""


class DenseLayer:
    """`A = f(X W + b)`, with the views of its parameters and of their gradients, and its own buffers.

    What `forward` and `backward` return is overwritten by their next call.
    """

    def __init__(self, W: Array, b: Array, dW: Array, db: Array, *, activation: ActivationName, capacity: int) -> None:
        """`W, dW (in, out)`, `b, db (out,)`; no batch has more than `capacity` examples."""
        self.W, self.b, self.dW, self.db = W, b, dW, db
        self.activation = ACTIVATIONS[activation]
        fan_in, fan_out = W.shape
        self._A = Buffer(capacity, fan_out, W.dtype)
        self._dX = Buffer(capacity, fan_in, W.dtype)
        self._ones = zeros(capacity, W.dtype) + W.dtype.type(1)

    def forward(self, X: Array) -> Array:
        """`X (N, in)` to `A (N, out)`. Keeps `X` for `backward`."""
        self.X = X
        self.A = A = self._A.rows(len(X))
        np.dot(X, self.W, A)
        A += self.b
        self.activation.forward(A)
        return A

    def backward(self, dA: Array, *, need_dX: bool) -> Array | None:
        """`dA (N, out)`, which it overwrites, to `dX (N, in)`; fills `dW` and `db`. The first layer needs no `dX`."""
        self.activation.backward(self.A, dA)
        dZ = dA
        np.dot(self.X.T, dZ, self.dW)
        np.dot(self._ones[: len(dZ)], dZ, self.db)  # the column sums, quicker than a reduction
        return np.dot(dZ, self.W.T, self._dX.rows(len(dZ))) if need_dX else None
