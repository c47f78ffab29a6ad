"""Gaussian noise on the inputs."""

from __future__ import annotations

import numpy as np

from bpcli.nn.arrays import Array, Buffer
from bpcli.nn.randomness import generator


class NoiseLayer:
    """x' = x + ε with ε from N(0, std²), drawn anew at every step (Bishop 1995); nothing is added when measuring.

    With the clean inputs as targets it makes a denoising autoencoder (Vincent et al. 2008). The noise of a step is a
    pure function of (seed, step).
    """

    def __init__(self, std: float, A: Buffer, *, seed: int) -> None:
        """`A` is where the noisy inputs go."""
        self.std, self.seed = np.float32(std), seed
        self._A, self._noise = A, A.like(np.float32)

    def forward(self, X: Array, step: int | None) -> Array:
        if step is None:
            return X
        noise = self._noise.rows(len(X))
        generator(self.seed, "noise", step).standard_normal(out=noise, dtype=np.float32)
        noise *= self.std
        return np.add(X, noise, self._A.rows(len(X)))

    def backward(self, dA: Array, *, need_dX: bool) -> Array | None:
        """dx = da"""
        return dA if need_dX else None
