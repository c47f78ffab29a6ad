"""Answers of a network, generated: scores with ties, and classes of which some may be missing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from bpcli.training.metrics import ClassificationMetrics, metric_names


class Answers(NamedTuple):
    Y: np.ndarray
    """(N, K), of so few values that many are equal"""
    T: np.ndarray
    """(N,)"""

    @property
    def classes(self) -> int:
        return self.Y.shape[1]


@st.composite
def answers(draw: st.DrawFn, least: int = 2, most: int = 5) -> Answers:
    count, size = draw(st.integers(least, most)), draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    Y = rng.integers(0, draw(st.integers(1, 30)), (size, count)).astype(np.float32)
    return Answers(Y, rng.integers(0, draw(st.integers(1, count)), size))


def measured(
    Y: np.ndarray, T: np.ndarray, *, classes: int, top_k: int | None = None, size: int = 7
) -> dict[str, float]:
    """Every metric, of batches of `size`."""
    return collected(Y, T, classes=classes, top_k=top_k, size=size).result()


def collected(
    Y: np.ndarray, T: np.ndarray, *, classes: int, top_k: int | None = None, size: int = 7
) -> ClassificationMetrics:
    metrics = ClassificationMetrics(classes, metric_names(classes, top_k), top_k=top_k)
    buffers = Y[:size].copy(), T[:size].copy()
    for start in range(0, len(Y), size):
        n = len(Y[start : start + size])
        for buffer, whole in zip(buffers, (Y, T), strict=True):
            buffer[:n] = whole[start : start + size]
        metrics.add(buffers[0][:n], buffers[1][:n])
    return metrics
