"""Randomness that hinders a network from learning its examples by heart: dropout, and noise on the inputs.

Every draw is a pure function of (seed, step, place), so that a resumed run and a gradient check draw the same.
"""

from __future__ import annotations

import numpy as np

from bpcli.nn.arrays import Array
from bpcli.nn.randomness import generator


class DropoutLayer:
    """Dropout: `A = X m / (1 - rate)`, where m is 0 at the given rate and 1 otherwise, so that the mean of A is X.

    Srivastava et al. 2014, in the inverted form, which leaves nothing to do when measuring.
    """

    def __init__(self, rate: float, *, seed: int, place: int) -> None:
        """Tell the dropout layers of a network apart by their `place`."""
        self.rate, self.seed, self.place = rate, seed, place

    def forward(self, X: Array, step: int | None) -> Array:
        if step is None:
            return X
        uniform = generator(self.seed, "dropout", step, self.place).random(X.shape, np.float32)
        self.mask = np.where(uniform >= self.rate, 1 / (1 - self.rate), 0).astype(X.dtype)
        return X * self.mask

    def backward(self, dA: Array, *, need_dX: bool) -> Array | None:
        """dX = dA m / (1 - rate)"""
        return dA * self.mask if need_dX else None


class NoiseLayer:
    """Noise: `A = X + ε` with ε drawn from N(0, std²) at every step (Bishop 1995); none when measuring.

    With the clean inputs as targets it makes a denoising autoencoder (Vincent et al. 2008).
    """

    def __init__(self, std: float, *, seed: int) -> None:
        self.std, self.seed = std, seed

    def forward(self, X: Array, step: int | None) -> Array:
        if step is None:
            return X
        return X + self.std * generator(self.seed, "noise", step).standard_normal(X.shape, np.float32)

    def backward(self, dA: Array, *, need_dX: bool) -> Array | None:
        """dX = dA"""
        return dA if need_dX else None
