"""Where arrays come from: one place, one array module, every buffer on a cache line."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

CACHE_LINE = 64
"""Bytes. A pass over an array that starts off a cache line costs up to half as much again."""


def zeros(shape: int | tuple[int, ...], dtype: Any) -> Array:
    """An array of zeros that starts on a cache line, which NumPy alone does not promise."""
    shape = (shape,) if isinstance(shape, int) else shape
    dtype = np.dtype(dtype)
    size = math.prod(shape) * dtype.itemsize
    raw = np.zeros(size + CACHE_LINE, np.uint8)
    start = -raw.ctypes.data % CACHE_LINE
    aligned: Array = raw[start : start + size].view(dtype).reshape(shape)
    return aligned


@cache
def constant(value: float, dtype: np.dtype[Any]) -> Array:
    """`value` as a 0-d array, with which a small array is multiplied in half the time a Python number takes."""
    array = np.array(value, dtype)
    array.flags.writeable = False
    return array


def is_finite(array: Array) -> bool:
    """Whether no number is a NaN or an infinity, found without an array as long as this one."""
    return bool(np.isfinite(array.min(initial=0)) and np.isfinite(array.max(initial=0)))


NARROW = 32
"""Units up to which a layer is narrow.

The weights of a narrow hidden layer lie column by column in memory, which makes its products up to twice as quick; so
do the outputs of a narrow last layer, because what a loss does along short rows costs a call a row.
"""

WIDE, VERY_WIDE = 256, 1024
"""Units from which a hidden layer is wide: everything of it lies column by column, so that no product has to turn its
weights round, which makes them a twentieth to a fifth quicker. Of more than 1,024 units that holds only for multiples
of 64, whose rows would fall into the same few places of a cache."""


def is_wide(units: int) -> bool:
    """Whether everything of a hidden layer of so many units lies column by column."""
    return units >= WIDE and (units <= VERY_WIDE or units % 64 == 0)


class Buffer:
    """Lends arrays `(count, width)` of up to `capacity` rows, so that a short last batch allocates nothing.

    Whoever holds the buffer may overwrite what it lent at the next call: a borrower that keeps values copies them.
    """

    def __init__(self, capacity: int, width: int, dtype: Any, *, by_column: bool = False) -> None:
        """`by_column`: column after column in memory, and not row after row."""
        self.capacity, self.width, self.dtype = capacity, width, dtype
        self.by_column = by_column
        self._flat = zeros(capacity * width, dtype)
        self._view = self._shaped(capacity)

    @classmethod
    def of_hidden(cls, capacity: int, width: int, dtype: Any) -> Buffer:
        """For the outputs of a hidden layer, and the gradients with respect to them."""
        return cls(capacity, width, dtype, by_column=is_wide(width))

    @classmethod
    def of_outputs(cls, capacity: int, width: int, dtype: Any) -> Buffer:
        """For the raw outputs of a network, and what a loss makes of them."""
        return cls(capacity, width, dtype, by_column=width <= NARROW)

    def like(self, dtype: Any = None) -> Buffer:
        """Another buffer of the same shape and order, and of the same type unless another is given."""
        return Buffer(self.capacity, self.width, dtype or self.dtype, by_column=self.by_column)

    def rows(self, count: int) -> Array:
        """An array `(count, width)`, contiguous."""
        if len(self._view) != count:
            self._view = self._shaped(count)
        return self._view

    def _shaped(self, count: int) -> Array:
        flat = self._flat[: count * self.width]
        return flat.reshape(self.width, count).T if self.by_column else flat.reshape(count, self.width)
