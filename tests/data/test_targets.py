"""Targets in the form a loss compares outputs with."""

from __future__ import annotations

import numpy as np

from bpcli.data.targets import encode_targets


def test_the_four_encodings() -> None:
    y = np.array([2, 0, 1])
    assert encode_targets(y, "index", classes=3, dtype=np.float32) is y
    one_hot = encode_targets(y, "one_hot", classes=3, dtype=np.float32)
    assert one_hot.tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    binary = encode_targets(np.array([0, 1]), "binary", classes=2, dtype=np.float64)
    assert (binary.tolist(), binary.dtype) == ([[0.0], [1.0]], np.float64)
    value = encode_targets(np.array([[1.5, 2], [3, 4]]), "value", classes=0, dtype=np.float32)
    assert (value.tolist(), value.dtype) == ([[1.5, 2], [3, 4]], np.float32)
