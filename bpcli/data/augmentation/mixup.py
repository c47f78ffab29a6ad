"""Mixed examples (Zhang, Cisse, Dauphin and Lopez-Paz 2018): x = λ x_i + (1 - λ) x_j, and their targets likewise."""

from __future__ import annotations

import numpy as np

from bpcli.data.augmentation.hashing import uniforms
from bpcli.nn.arrays import Array


def draw_mixup(alpha: float, candidates: Array, *, seed: int, epoch: int, place: Array) -> tuple[Array, Array]:
    """For each place `(N,)` its own share λ ~ Beta(α, α), `(N, 1)`, and its partner, one of `candidates`, `(N,)`."""
    u = uniforms(seed, "mixup", epoch, place, 3)
    partner = candidates[(u[:, 2] * len(candidates)).astype(np.intp)]
    return symmetric_beta(alpha, u[:, :1], u[:, 1:2]), partner


def symmetric_beta(alpha: float, u: Array, v: Array) -> Array:
    """A number of Beta(α, α) from two uniform ones, without rejection (Devroye 1996, by Bailey's t variate).

    t = √(U^(-1/α) - 1) cos 2πV is Student's with 2α degrees of freedom, over √(2α), and ½ (1 + t / √(1 + t²)) is
    Beta(α, α). Multiplied by √(U^(1/α)), above and below, nothing
    overflows for small α.
    """
    power = (1 - u) ** (1 / alpha)
    numerator = np.sqrt(1 - power) * np.cos(2 * np.pi * v)
    beta: Array = 0.5 * (1 + numerator / np.hypot(np.sqrt(power), numerator))
    return beta


def blend(a: Array, b: Array, share: Array) -> None:
    """a ← share · a + (1 - share) · b, for `share (N, 1)`; overwrites both."""
    share = share.astype(a.dtype)
    a *= share
    b *= 1 - share
    a += b
