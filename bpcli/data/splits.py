"""Split examples at random, keeping the share of every class."""

from __future__ import annotations

from typing import Literal

import numpy as np

from bpcli.data.dataset import Examples
from bpcli.errors import config_error
from bpcli.nn.arrays import Array
from bpcli.nn.randomness import generator

Fraction = Literal["test_fraction", "validation_fraction"]

_PLACE: dict[Fraction, int] = {"test_fraction": 0, "validation_fraction": 1}


def split_off(examples: Examples, key: Fraction, fraction: float, *, seed: int) -> tuple[Examples, Examples | None]:
    """What is left of `examples`, and the random `fraction` that was taken from them; None taken for a fraction of 0.

    A pure function of its arguments; `key` names the config key the fraction comes from.
    Raises ConfigError where either part would be empty.
    """
    if fraction == 0:
        return examples, None
    kept, taken = stratified_split(examples.targets, fraction, generator(seed, "split", _PLACE[key]))
    if not len(kept) or not len(taken):
        empty = "nothing to train on" if not len(kept) else "nothing"
        count = len(examples)
        enough = "at most 0.5" if not len(kept) else f"at least {1 / count:.2g}"
        advice = f"write 0, or {enough}" if count > 1 else "write 0, or give more examples"
        message = f"{key} {fraction:g} of {count} examples leaves {empty} in a split: {advice}"
        raise config_error(("data", key), message)
    rows = np.arange(len(examples)) if examples.rows is None else examples.rows
    return Examples(examples.x, examples.y, rows[kept]), Examples(examples.x, examples.y, rows[taken])


def stratified_split(y: Array, fraction: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Indices into `y (M,)` or `(M, targets)`, both rising: those kept, and the `round(fraction * M)` taken.

    Of every class the same share is taken, up to one example; which classes give the odd ones is decided by the
    largest remainder (Hamilton's method). Numbers, which have no classes, are taken at random.
    """
    size = round(fraction * len(y))
    order = rng.permutation(len(y))
    taken = np.zeros(len(y), bool)
    if np.issubdtype(y.dtype, np.integer):
        labels, counts = np.unique(y, return_counts=True)
        for label, share in zip(labels, _largest_remainder(counts, size), strict=True):
            taken[order[y[order] == label][:share]] = True
    else:
        taken[order[:size]] = True
    return np.flatnonzero(~taken), np.flatnonzero(taken)


def _largest_remainder(counts: Array, size: int) -> Array:
    """Whole shares of `size` in proportion to `counts (classes,)`; of equal remainders the first class wins."""
    quotas = counts * size / counts.sum()
    shares: Array = np.floor(quotas).astype(np.intp)
    odd = np.argsort(shares - quotas, kind="stable")[: size - shares.sum()]
    shares[odd] += 1
    return shares
