"""Which examples an epoch shows, where some classes are rare."""

from __future__ import annotations

from typing import Literal

import numpy as np

from bpcli.nn.arrays import Array

Sampling = Literal["none", "over", "under", "balanced"]


class Sampler:
    """Draws the examples of an epoch from labels `y (M,)`.

    none: every example once. over: examples of the rarer classes repeat, each as often as the others of its class up
    to one, until every class has as many as the largest. under: of every class as many as the smallest has, each at
    most once. balanced: M draws, the same number of each class up to one, with replacement. Classes without any
    example are left out.
    """

    def __init__(self, y: Array, sampling: Sampling) -> None:
        """`y` is looked at only where there is something to sample."""
        self.sampling, self._examples = sampling, np.arange(len(y))
        self._members = [] if sampling == "none" else [np.flatnonzero(y == label) for label in np.unique(y)]
        sizes = [len(members) for members in self._members]
        self.size = {
            "none": len(y),
            "over": len(sizes) * max(sizes, default=0),
            "under": len(sizes) * min(sizes, default=0),
            "balanced": len(y),
        }[sampling]
        """examples in an epoch"""

    def sample(self, rng: np.random.Generator) -> Array:
        """`size` indices into `y`, in its order."""
        if self.sampling == "none":
            return self._examples
        classes = len(self._members)
        shares = np.full(classes, self.size // classes)
        shares[rng.permutation(classes)[: self.size % classes]] += 1
        draw = _with_replacement if self.sampling == "balanced" else _evenly
        return np.sort(np.concatenate([draw(m, s, rng) for m, s in zip(self._members, shares.tolist(), strict=True)]))


def _with_replacement(members: Array, size: int, rng: np.random.Generator) -> Array:
    return members[rng.integers(0, len(members), size)]


def _evenly(members: Array, size: int, rng: np.random.Generator) -> Array:
    """Each of `members` as often as the others, up to one."""
    copies, rest = divmod(size, len(members))
    return np.concatenate([np.repeat(members, copies), rng.choice(members, rest, replace=False)])
