"""Targets in the form a loss compares outputs with."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from bpcli.data.dataset import DataInfo
from bpcli.nn.arrays import Array

Encoding = Literal["index", "one_hot", "binary", "value"]
"""index: class numbers `(M,)`; one_hot: `(M, classes)`; binary: 0 or 1, `(M, 1)`; value: numbers, `(M, targets)`."""


def no_labels(info: DataInfo) -> Array:
    """`y` of no examples: `(0,)` of classes, `(0, targets)` of numbers."""
    return np.zeros(0, np.intp) if info.class_names else np.zeros((0, info.targets))


def encode_targets(y: Array, encoding: Encoding, *, classes: int, dtype: Any) -> Array:
    """Class indices `y (M,)`, or values `(M, targets)`, as the targets of a loss."""
    if encoding == "index":
        return y
    if encoding == "one_hot":
        return np.asarray(y[:, np.newaxis] == np.arange(classes), dtype)
    return (y if y.ndim > 1 else y[:, np.newaxis]).astype(dtype)
