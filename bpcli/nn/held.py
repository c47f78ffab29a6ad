"""A piecewise activation held on its pieces."""

from __future__ import annotations

import numpy as np

from bpcli.nn.activations import Activation
from bpcli.nn.arrays import Array


class Held:
    """A piecewise activation, each entry kept on its piece."""

    kinks: tuple[float, ...] = ()

    def __init__(self, activation: Activation, sides: Array) -> None:
        self.activation, self.sides = activation, sides
        self.keeps_Z = activation.keeps_Z

    def forward(self, Z: Array, A: Array) -> None:
        pieces = [self.activation.piece(k, Z) for k in range(len(self.activation.kinks) + 1)]
        A[...] = np.choose(self.sides, pieces)

    def backward(self, Z: Array, A: Array, dA: Array) -> None:
        self.activation.backward(Z, A, dA)

    def piece(self, k: int, Z: Array) -> Array:
        raise NotImplementedError("what is held has no pieces")
