"""The fully connected layer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt, Lt

from bpcli.nn.activations import AnyActivation
from bpcli.nn.arrays import Array, Buffer, zeros
from bpcli.nn.gemm import AddedProduct
from bpcli.nn.initializers import Initializer
from bpcli.nn.normalization import Normalization


@dataclass(frozen=True, kw_only=True)
class Dense:
    """A fully connected layer, as a config states it: A = dropout(f(normalization(X W + b)))."""

    units: Annotated[int, Gt(0)]
    """outputs of the layer"""
    activation: AnyActivation | None = None
    """f; unset: `model.activation`, and `model.output` for the last layer"""
    init: Initializer | None = None
    """how W starts; unset: `model.init`, else by the activation"""
    bias_init: Initializer | None = None
    """how b starts; unset: `model.bias_init`"""
    normalization: Normalization | None = None
    """of X W + b, before f; unset: `model.normalization`, and none for the last layer"""
    dropout: Annotated[float, Ge(0), Lt(1)] | None = None
    """share of the outputs left out at random in training; unset: `model.dropout`, and 0 for the last layer"""
    l2: Annotated[float, Ge(0)] | None = None
    """λ₂ of this layer's weights; unset: `regularization.l2`"""
    l1: Annotated[float, Ge(0)] | None = None
    """λ₁ of this layer's weights; unset: `regularization.l1`"""
    max_norm: Annotated[float, Gt(0)] | None = None
    """the longest that a unit's incoming weights may be; unset: `regularization.max_norm`"""


class DenseLayer:
    """`Z = X W + b`, with the views of its parameters and of their gradients, and its own buffers.

    A product is written row by row: one that lies column by column is made as its transpose, (A B)ᵀ = Bᵀ Aᵀ.
    """

    def __init__(self, W: Array, dW: Array, b: Array | None, db: Array | None, *, dX: Buffer, Z: Buffer) -> None:
        """`W, dW (in, out)`, `b, db (out,)`, or None without a bias; `Z` and `dX` are where results go."""
        self.W, self.b, self.dW, self.db = W, b, dW, db
        self._WT, self._dWT = W.T, dW.T
        self._has_W_by_column = not dW.flags.c_contiguous
        self._has_Z_by_column, self._has_dX_by_column = Z.by_column, dX.by_column
        self._buffers = Z, dX
        self._one_each = zeros(Z.capacity, W.dtype) + 1
        self._resize(Z.capacity)
        self.carry = 0.0
        """the share of `dW` that `backward` leaves under the new gradient"""

    def forward(self, X: Array, step: int | None) -> Array:
        """`X (N, in)` to `Z (N, out)`. Keeps `X` for `backward`."""
        if len(X) != len(self.Z):
            self._resize(len(X))
        self.X, Z = X, self.Z
        if self._has_Z_by_column:  # Zᵀ = Wᵀ Xᵀ
            self._WT.dot(X.T, self._ZT)
        else:
            X.dot(self.W, Z)
        if self.b is not None:
            np.add(Z, self.b, Z)
        return Z

    def backward(self, dZ: Array, *, need_dX: bool) -> Array | None:
        """`dZ (N, out)` to `dX = dZ Wᵀ (N, in)`; fills `dW = carry dW + Xᵀ dZ` and `db = Σ_n dZ`."""
        if self.carry:
            self._add_product(self.X, dZ, self.carry)
        elif self._has_W_by_column:  # dWᵀ = dZᵀ X
            dZ.T.dot(self.X, self._dWT)
        else:
            self.X.T.dot(dZ, self.dW)
        if self.db is not None:
            self._ones.dot(dZ, self.db)  # the column sums, quicker than a reduction
        if not need_dX:
            return None
        if self._has_dX_by_column:  # dXᵀ = W dZᵀ
            self.W.dot(dZ.T, self._dXT)
        else:
            dZ.dot(self._WT, self._dX)
        return self._dX

    @cached_property
    def _add_product(self) -> AddedProduct:
        return AddedProduct(self.dW)

    def _resize(self, count: int) -> None:
        """Make the views for batches of `count` examples."""
        self.Z, self._dX = (buffer.rows(count) for buffer in self._buffers)
        self._ZT, self._dXT = self.Z.T, self._dX.T
        self._ones = self._one_each[:count]
