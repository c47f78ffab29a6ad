"""Random numbers for many examples at once, each a pure function of (seed, purpose, epoch, place, k).

SplitMix64 (Steele, Lea and Flood 2014) is counter-based: its k-th output is a hash of state + k · golden ratio, which
vectorises, where a generator for every example would cost more than its augmentation.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

import numpy as np

from bpcli.nn.arrays import Array
from bpcli.nn.randomness import generator

Draw = Literal["shift", "rotation", "scale", "shear", "elastic", "horizontal_flip", "cutout", "noise", "mixup"]

_NUMBER: dict[Draw, int] = {
    "shift": 0,
    "rotation": 1,
    "scale": 2,
    "shear": 3,
    "elastic": 4,
    "horizontal_flip": 5,
    "cutout": 6,
    "noise": 7,
    "mixup": 8,
}
"""Part of every key: a number once given is never changed, or old runs draw other numbers."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def words(seed: int, draw: Draw, epoch: int, place: Array, count: int) -> Array:
    """`count` words of 64 random bits for each place `(N,)`, as uint64 `(N, count)`."""
    state = splitmix64(_key(seed, draw, epoch), place.astype(np.uint64) + np.uint64(1))
    return splitmix64(state[:, np.newaxis], np.arange(1, count + 1, dtype=np.uint64))


def uniforms(seed: int, draw: Draw, epoch: int, place: Array, count: int) -> Array:
    """Uniform numbers in [0, 1), multiples of 2^-53: float64 `(N, count)`."""
    bits = words(seed, draw, epoch, place, count)
    return (bits >> np.uint64(11)) * 2.0**-53


def uniform_pairs(seed: int, draw: Draw, epoch: int, place: Array, count: int, dtype: Any) -> tuple[Array, Array]:
    """Two times `(N, count)` uniform numbers in (0, 1], multiples of 2^-32, for half the work of `uniforms`."""
    bits = words(seed, draw, epoch, place, count)
    low = (bits & np.uint64(0xFFFFFFFF)).astype(dtype)
    bits >>= np.uint64(32)
    high = bits.astype(dtype)
    for half in (high, low):
        half += 1
        half *= 2.0**-32
    return high, low


def normals(seed: int, draw: Draw, epoch: int, place: Array, count: int, dtype: Any) -> Array:
    """Standard normal numbers `(N, count)`, by the transformation of Box and Muller (1958)."""
    radius, angle = uniform_pairs(seed, draw, epoch, place, -(-count // 2), dtype)
    np.log(radius, radius)
    radius *= -2
    np.sqrt(radius, radius)
    angle *= 2 * np.pi
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)], axis=1)[:, :count]


def splitmix64(state: Any, k: Array) -> Array:
    """The outputs number `k` (from 1) of the generator whose state is `state`, broadcast against each other."""
    z: Array = state + k * _GOLDEN
    shifted = z >> np.uint64(30)
    z ^= shifted
    z *= _FIRST
    z ^= np.right_shift(z, np.uint64(27), shifted)
    z *= _SECOND
    z ^= np.right_shift(z, np.uint64(31), shifted)
    return z


@lru_cache(maxsize=64)
def _key(seed: int, draw: Draw, epoch: int) -> np.uint64:
    return np.uint64(generator(seed, "augmentation", _NUMBER[draw], epoch).integers(2**64, dtype=np.uint64))
