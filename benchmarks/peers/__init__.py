"""Who trains: a module a library, each with `prepare`, used as its own documentation would have it.

`prepare(case, x, y, weights)` gets everything ready and returns a function that trains the whole case anew from the
given weights. Nobody's clock runs while data are converted or weights set; compilation falls into the first call, which
is not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from benchmarks.cases import Case

Weights = Sequence[tuple[np.ndarray, np.ndarray]]
"""W (in, out) and b (out,) of each layer."""


class Trained(NamedTuple):
    """One training of a whole case."""

    seconds: float
    loss: float
    """mean over the last epoch"""
    saving: float = 0.0
    """seconds of these that went into checkpoints"""


Train = Callable[[], Trained]


class Prepare(Protocol):
    def __call__(self, case: Case, x: np.ndarray, y: np.ndarray, weights: Weights) -> Train: ...


def orders(count: int, epochs: int) -> list[np.ndarray]:
    """The order of the examples in each epoch, for those that have no shuffling of their own."""
    return [np.random.default_rng(epoch).permutation(count) for epoch in range(epochs)]
