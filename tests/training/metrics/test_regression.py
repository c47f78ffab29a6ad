"""Metrics of numbers, against scikit-learn and their definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.training.metrics import RegressionMetrics

sklearn = pytest.importorskip("sklearn.metrics")


def collected(Y: np.ndarray, T: np.ndarray, size: int = 7) -> RegressionMetrics:
    metrics = RegressionMetrics(T.shape[1])
    for start in range(0, len(T), size):
        metrics.add(Y[start : start + size], T[start : start + size])
    return metrics


def problem(*, size: int = 50, targets: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Outputs and targets of a large mean."""
    rng = np.random.default_rng(1)
    T = 1e6 + rng.standard_normal((size, targets)) * np.linspace(1, 5, targets)
    return T + rng.standard_normal((size, targets)) * 0.3, T


@pytest.mark.parametrize("targets", [1, 2, 5])
def test_they_are_those_of_scikit_learn(targets: int) -> None:
    Y, T = problem(targets=targets)
    metrics = collected(Y, T)
    assert metrics.result() == pytest.approx(
        {
            "mae": sklearn.mean_absolute_error(T, Y),
            "rmse": math.sqrt(sklearn.mean_squared_error(T, Y)),
            "r2": sklearn.r2_score(T, Y),
        },
        rel=1e-9,
    )
    rows = metrics.per_target([str(i) for i in range(targets)])
    raw = {"multioutput": "raw_values"}
    assert [row.mae for row in rows] == pytest.approx(sklearn.mean_absolute_error(T, Y, **raw), rel=1e-9)
    assert [row.rmse for row in rows] == pytest.approx(sklearn.root_mean_squared_error(T, Y, **raw), rel=1e-9)
    assert [row.r2 for row in rows] == pytest.approx(sklearn.r2_score(T, Y, **raw), rel=1e-9)


@given(st.integers(1, 60), st.integers(0, 2**32))
def test_batches_and_their_order_change_nothing(size: int, seed: int) -> None:
    Y, T = problem()
    order = np.random.default_rng(seed).permutation(len(T))
    assert collected(Y[order], T[order], size).result() == pytest.approx(collected(Y, T, len(T)).result(), rel=1e-9)


def test_perfect_answers_have_no_error_and_r2_one() -> None:
    _, T = problem()
    assert collected(T, T).result() == {"mae": 0, "rmse": 0, "r2": 1}


def test_predicting_the_mean_has_r2_zero() -> None:
    T = np.array([[1.0], [2], [3], [4]])
    assert collected(np.full((4, 1), 2.5), T).result()["r2"] == 0


def test_a_constant_column_has_no_r2_and_is_left_out_of_the_mean() -> None:
    T = np.array([[1.0, 7], [2, 7], [3, 7]])
    Y = T + np.array([[0.5, 0], [0, 0], [0, 0]])
    metrics = collected(Y, T)
    assert metrics.result()["r2"] == metrics.per_target("ab")[0].r2 == 1 - 0.25 / 2
    assert math.isnan(metrics.per_target("ab")[1].r2)
    assert math.isnan(collected(Y[:, 1:], T[:, 1:]).result()["r2"])
