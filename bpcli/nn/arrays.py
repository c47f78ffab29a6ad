"""Where arrays come from: one place, and one array module."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def zeros(shape: int | tuple[int, ...], dtype: Any) -> Array:
    """Make an array of zeros."""
    return np.zeros(shape, dtype)
