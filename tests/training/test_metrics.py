"""Metrics, against their definitions written out another way."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpcli.training.metrics import ClassificationMetrics, RegressionMetrics, count_correct, predicted_classes


def batches(*arrays: np.ndarray, size: int = 7) -> list[tuple[np.ndarray, ...]]:
    return [tuple(a[i : i + size] for a in arrays) for i in range(0, len(arrays[0]), size)]


def test_accuracy_and_confusion_count_every_example_of_uneven_batches() -> None:
    rng = np.random.default_rng(0)
    Y, T = rng.random((45, 4)), rng.integers(0, 4, 45)
    metrics = ClassificationMetrics(4)
    for y, t in batches(Y, T):
        metrics.add(y, t)
    expected = [
        [sum(1 for y, t in zip(Y, T, strict=True) if t == i and y.argmax() == j) for j in range(4)] for i in range(4)
    ]
    assert metrics.confusion.tolist() == expected
    assert metrics.result()["accuracy"] == sum(expected[i][i] for i in range(4)) / 45
    precision, recall, examples = metrics.per_class()[2]
    assert precision == expected[2][2] / sum(row[2] for row in expected)
    assert recall == expected[2][2] / sum(expected[2])
    assert examples == sum(expected[2])


def test_a_class_that_never_occurs_has_no_precision_and_no_recall() -> None:
    metrics = ClassificationMetrics(3)
    metrics.add(np.array([[1.0, 0, 0], [0, 1, 0]]), np.array([0, 0]))
    assert [tuple(map(math.isnan, row[:2])) for row in metrics.per_class()] == [
        (False, False),
        (False, True),
        (True, True),
    ]


@pytest.mark.parametrize(
    ("Y", "T"),
    [
        ([[0.2, 0.8], [0.9, 0.1], [0.6, 0.4]], [1, 0, 1]),
        ([[0.2, 0.8], [0.9, 0.1], [0.6, 0.4]], [[0, 1], [1, 0], [0, 1]]),
        ([[0.8], [0.1], [0.4]], [[1.0], [0.0], [1.0]]),
    ],
    ids=["index", "one_hot", "binary"],
)
def test_a_correct_answer_is_one_in_every_encoding(Y: list[list[float]], T: list[object]) -> None:
    assert count_correct(np.array(Y), np.array(T)) == 2
    metrics = ClassificationMetrics(2)
    metrics.add(np.array(Y), np.array(T))
    assert metrics.confusion.tolist() == [[1, 0], [1, 1]]


def test_a_single_output_answers_one_above_a_half() -> None:
    assert predicted_classes(np.array([[0.5], [0.5000001]])).tolist() == [0, 1]


def test_regression_metrics_are_those_of_the_whole_whatever_the_batches() -> None:
    rng = np.random.default_rng(1)
    T = 1e6 + rng.standard_normal((50, 2)) * [1, 5]
    Y = T + rng.standard_normal((50, 2)) * 0.3
    metrics = RegressionMetrics(2)
    for y, t in batches(Y, T):
        metrics.add(y, t)
    r2 = [1 - ((Y - T)[:, k] ** 2).sum() / ((T - T.mean(axis=0))[:, k] ** 2).sum() for k in range(2)]
    result = metrics.result()
    assert result["mae"] == pytest.approx(np.abs(Y - T).mean(), rel=1e-9)
    assert result["rmse"] == pytest.approx(math.sqrt(((Y - T) ** 2).mean()), rel=1e-9)
    assert result["r2"] == pytest.approx(np.mean(r2), rel=1e-9)


def test_predicting_the_mean_has_r2_zero() -> None:
    metrics = RegressionMetrics(1)
    metrics.add(np.full((4, 1), 2.5), np.array([[1.0], [2], [3], [4]]))
    assert metrics.result()["r2"] == 0
