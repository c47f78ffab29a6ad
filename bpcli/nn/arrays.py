"""Where arrays come from: one place, one array module, every buffer on a cache line."""

from __future__ import annotations

import math
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


class Buffer:
    """A `(capacity, width)` array that lends its first rows, so that a short last batch allocates nothing.

    Whoever holds the buffer may overwrite what it lent at the next call: a borrower that keeps values copies them.
    """

    def __init__(self, capacity: int, width: int, dtype: Any) -> None:
        self.capacity = capacity
        self._whole = zeros((capacity, width), dtype)
        self._view = self._whole

    def like(self) -> Buffer:
        """Another buffer of the same shape and type."""
        return Buffer(self.capacity, self._whole.shape[1], self._whole.dtype)

    def rows(self, count: int) -> Array:
        """The first `count` rows, `(count, width)`."""
        if len(self._view) != count:
            self._view = self._whole[:count]
        return self._view
