"""Input scaling: an affine map of every feature, fitted on the training split alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from bpcli.data.dataset import Examples
from bpcli.errors import DataError
from bpcli.nn.arrays import Array

Scale = Literal["unit", "standard", "none"]

FAR = 1e-30
"""A factor below which what is only shifted may be too large for float32."""

ROWS, COLUMNS = 4096, 1024
"""That are read at once, so that the data never lie in memory as a whole, once more and as float64: 32 MiB.

The sums of a column are made row by row, whatever stands beside it: in stretches of columns they keep their bits.
"""


@dataclass(frozen=True, eq=False)
class Scaler:
    """x' = (x - shift) · factor"""

    shift: Array
    """(features,), or 0-d where one number serves all"""
    factor: Array
    """(features,), or 0-d where one number serves all"""

    def require_fitting(self, features: int) -> None:
        """Raise `DataError` unless this scales examples of so many features."""
        if self.shift.size not in (1, features):
            raise DataError(
                f"the network has learnt from {self.shift.size} features, and these data have {features}: "
                "give data of the same columns"
            )

    def apply(self, x: Array, out: Array) -> None:
        """Scale `x (N, features)` into the floating buffer `out (N, features)`."""
        if self._shrinks:
            out[...] = (x - self.shift) * self.factor
            return
        if self._shifts:
            np.subtract(x, self.shift, out, casting="same_kind")
        else:
            np.copyto(out, x, casting="same_kind")
        np.multiply(out, self.factor, out, casting="same_kind")

    @cached_property
    def _shifts(self) -> bool:
        return bool(self.shift.any())

    @cached_property
    def _shrinks(self) -> bool:
        """Whether numbers that float32 cannot hold become such as it can: no step between may be rounded to it."""
        return bool((self.factor < FAR).any())


UNSCALED = Scaler(np.zeros(()), np.ones(()))
"""x' = x"""


def fit_scaler(scale: Scale, examples: Examples, dtype: Any) -> Scaler:
    """The scaler that `scale` asks for, fitted in float64.

    none: x as it is. unit: bytes / 255; other features from their own [min, max] to [0, 1]. standard: mean 0 and
    variance 1 (the population's, as in scikit-learn). A feature that never changes is shifted, but keeps factor 1.

    Bytes are scaled batch by batch, so theirs comes in the network's `dtype`; numbers are scaled once, before they
    are rounded to it, so theirs stays in float64.
    """
    is_bytes = examples.x.dtype == np.uint8
    if scale == "none":
        shift, spread = np.zeros(()), np.ones(())
    elif scale == "standard":
        shift, spread = _of_columns(_mean_and_deviation, examples)
    elif is_bytes:
        shift, spread = np.zeros(()), np.full((), 255.0)
    else:
        shift, spread = _of_columns(_minimum_and_range, examples)
    factor = 1 / np.where(spread > 0, spread, 1.0)
    return Scaler(shift.astype(dtype), factor.astype(dtype)) if is_bytes else Scaler(shift, factor)


def _of_columns(find: Callable[[Examples], tuple[Array, Array]], examples: Examples) -> tuple[Array, Array]:
    """What `find` finds, of stretches of columns one after the other."""
    stretches = np.array_split(np.arange(examples.x.shape[1]), -(-examples.x.shape[1] // COLUMNS))
    parts = [find(replace(examples, x=examples.x[:, columns[0] : columns[-1] + 1])) for columns in stretches]
    shifts, spreads = zip(*parts, strict=True)
    return np.concatenate(shifts), np.concatenate(spreads)


def _mean_and_deviation(examples: Examples) -> tuple[Array, Array]:
    """In two passes: the textbook one-pass formula cancels."""
    mean = sum(block.sum(axis=0) for block in _blocks(examples)) / len(examples)
    variance = sum(np.square(block - mean).sum(axis=0) for block in _blocks(examples)) / len(examples)
    lowest, width = _minimum_and_range(examples)
    return np.where(width > 0, mean, lowest), np.sqrt(np.where(width > 0, variance, 0.0))


def _minimum_and_range(examples: Examples) -> tuple[Array, Array]:
    lowest = np.min([block.min(axis=0) for block in _blocks(examples)], axis=0)
    highest = np.max([block.max(axis=0) for block in _blocks(examples)], axis=0)
    return lowest, highest - lowest


def _blocks(examples: Examples) -> Iterator[Array]:
    """The rows of `examples` as float64, `ROWS` at a time."""
    for block in examples.blocks(ROWS):
        yield block.astype(np.float64)
