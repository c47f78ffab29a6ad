"""Targets in the form a loss compares outputs with."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from bpcli.nn.arrays import Array

Encoding = Literal["index", "one_hot", "binary", "value"]
"""index: class numbers `(M,)`; one_hot: `(M, classes)`; binary: 0 or 1, `(M, 1)`; value: numbers, `(M, targets)`."""


def encode_targets(y: Array, encoding: Encoding, *, classes: int, dtype: Any) -> Array:
    """Class indices `y (M,)`, or values `(M, targets)`, as the targets of a loss."""
    if encoding == "index":
        return y
    if encoding == "one_hot":
        return np.asarray(y[:, np.newaxis] == np.arange(classes), dtype)
    return y.reshape(len(y), -1).astype(dtype)
