"""The protocol of activation functions, and how to keep one on its smooth pieces."""

from __future__ import annotations

from typing import ClassVar, Protocol

import numpy as np

from bpcli.nn.arrays import Array


class Activation(Protocol):
    """A function between layers, and its derivative."""

    @property
    def kinks(self) -> tuple[float, ...]:
        """Return the raw inputs, rising, at which f' or f'' jumps; none for a smooth function."""
        ...

    def forward(self, Z: Array) -> Array:
        """Compute `A = f(Z)` as a new array."""
        ...

    def backward(self, Z: Array, A: Array, dA: Array) -> Array:
        """Compute `dZ = f'(Z) dA` as a new array, with `A = f(Z)`."""
        ...

    def piece(self, k: int, Z: Array) -> Array:
        """Compute the smooth function that f is between two kinks, continued everywhere.

        Piece `k` lies above `k` of the kinks; each kink belongs to the piece below it.
        """
        ...


class Smooth:
    """An activation whose derivative is smooth."""

    kinks: ClassVar[tuple[float, ...]] = ()

    def piece(self, k: int, Z: Array) -> Array:
        raise NotImplementedError("a smooth function has no pieces")


def branches(activation: Activation, Z: Array) -> Array:
    """Return the number of the piece on which each entry of `Z` lies."""
    return np.searchsorted(activation.kinks, Z, side="left")


class FrozenActivation:
    """A piecewise activation, each entry kept on the piece `branches` says, wherever it moves: it has no kinks."""

    kinks: tuple[float, ...] = ()

    def __init__(self, activation: Activation, branches: Array) -> None:
        self.activation, self.branches = activation, branches

    def forward(self, Z: Array) -> Array:
        pieces = [self.activation.piece(k, Z) for k in range(len(self.activation.kinks) + 1)]
        return np.choose(self.branches, pieces)

    def backward(self, Z: Array, A: Array, dA: Array) -> Array:
        raise NotImplementedError("a frozen activation is for values, not for gradients")

    def piece(self, k: int, Z: Array) -> Array:
        raise NotImplementedError("a frozen activation has no pieces")
