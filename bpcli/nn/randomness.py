"""Randomness as a pure function of where we are, so that there is no generator state to save.

Every draw names its seed, its purpose and its place: the order of an epoch is
`generator(seed, "order", epoch)`, whatever was drawn before it.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

Purpose = Literal[
    "init", "order", "generate", "split", "gradcheck", "dropout", "noise", "sampling", "augmentation", "verify"
]

_STREAM: dict[Purpose, int] = {
    "init": 0,
    "order": 1,
    "generate": 2,
    "split": 3,
    "gradcheck": 4,
    "dropout": 5,
    "noise": 6,
    "sampling": 10,
    "augmentation": 11,
    "verify": 12,
}
"""Part of every seed: a number once given to a purpose is never changed, or old runs draw other numbers."""


def generator(seed: int, purpose: Purpose, *place: int) -> np.random.Generator:
    """Return the generator of one purpose at one place; equal arguments draw equal numbers."""
    return np.random.default_rng([seed, _STREAM[purpose], *place])
