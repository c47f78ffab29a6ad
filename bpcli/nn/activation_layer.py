"""An activation function as a layer."""

from __future__ import annotations

import copy

from bpcli.nn.activations import Activation
from bpcli.nn.arrays import Array, Buffer


class ActivationLayer:
    """`A = f(Z)`, in the place of `Z` unless f' is a function of `Z`."""

    def __init__(self, activation: Activation, buffer: Buffer) -> None:
        """`buffer` takes `A` where the activation keeps `Z`."""
        self.activation = activation
        self._A = buffer if activation.keeps_Z else None

    def having(self, activation: Activation) -> ActivationLayer:
        """This layer with another activation, which keeps `Z` as this one's does; the buffers are shared."""
        other = copy.copy(self)
        other.activation = activation
        return other

    def forward(self, Z: Array, step: int | None) -> Array:
        self.Z = Z
        self.A = A = Z if self._A is None else self._A.rows(len(Z))
        self.activation.forward(Z, A)
        return A

    def backward(self, dA: Array, *, need_dX: bool) -> Array | None:
        """`dA (N, out)`, overwritten by `dZ = f'(Z) dA`."""
        self.activation.backward(self.Z, self.A, dA)
        return dA
