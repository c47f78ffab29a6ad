"""Dropout: units left out at random, a new choice at every step."""

from __future__ import annotations

import numpy as np

from bpcli.nn.arrays import Array, Buffer
from bpcli.nn.randomness import generator


class DropoutLayer:
    """a' = a · m / (1 - rate), with m = 0 at the given rate and else 1, so that the mean of a' is a.

    Srivastava et al. 2014, in the inverted form, which leaves nothing to do when measuring. The masks of a step are a
    pure function of (seed, step, place), so that a resumed run, and a gradient check, draw the same ones.
    """

    def __init__(self, rate: float, A: Buffer, *, seed: int, place: int) -> None:
        """`A` is where the outputs go; `place` tells the dropout layers of a network from one another."""
        self.rate, self.seed, self.place = rate, seed, place
        self._scale = np.dtype(A.dtype).type(1 / (1 - rate))
        self._A, self._uniform, self._kept = A, A.like(np.float32), A.like(np.bool_)

    def forward(self, X: Array, step: int | None) -> Array:
        if step is None:
            return X
        uniform, A = self._uniform.rows(len(X)), self._A.rows(len(X))
        self.kept = self._kept.rows(len(X))
        generator(self.seed, "dropout", step, self.place).random(out=uniform, dtype=np.float32)
        np.greater_equal(uniform, self.rate, out=self.kept)
        np.multiply(X, self.kept, A)
        A *= self._scale
        return A

    def backward(self, dA: Array, *, need_dX: bool) -> Array | None:
        """dx = da · m / (1 - rate)"""
        if not need_dX:
            return None
        dA *= self.kept
        dA *= self._scale
        return dA
