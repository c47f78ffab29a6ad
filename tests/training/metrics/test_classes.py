"""From outputs and targets to classes, in every encoding."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.training.metrics import ClassificationMetrics, count_correct, predicted_classes
from bpcli.training.metrics.classes import count_in_top_k

from .conftest import Answers, answers

sklearn = pytest.importorskip("sklearn.metrics")


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
    metrics = ClassificationMetrics(2, ["accuracy", "roc_auc"])
    metrics.add(np.array(Y), np.array(T))
    assert metrics.confusion.tolist() == [[1, 0], [1, 1]]
    assert metrics.result() == {"accuracy": 2 / 3, "roc_auc": 1}


def test_a_single_output_answers_one_above_a_half() -> None:
    assert predicted_classes(np.array([[0.5], [0.5000001]])).tolist() == [0, 1]


@given(answers())
def test_the_top_one_is_the_answer_and_the_top_of_all_classes_holds_every_example(case: Answers) -> None:
    assert count_in_top_k(case.Y, case.T, 1) == count_correct(case.Y, case.T)
    assert count_in_top_k(case.Y, case.T, case.classes) == len(case.T)


@given(st.integers(3, 6), st.integers(1, 5), st.integers(1, 40))
def test_where_no_outputs_are_equal_the_top_k_are_those_of_scikit_learn(classes: int, k: int, size: int) -> None:
    rng, k = np.random.default_rng(size), min(k, classes - 1)
    Y, T = rng.permuted(np.tile(np.arange(classes), (size, 1)), axis=1), rng.integers(0, classes, size)
    expected = sklearn.top_k_accuracy_score(T, Y, k=k, labels=range(classes), normalize=False)
    assert count_in_top_k(Y, T, k) == expected


def test_of_equal_outputs_the_first_classes_are_in_the_top_k() -> None:
    assert [count_in_top_k(np.ones((1, 4)), np.array([true]), 2) for true in range(4)] == [1, 1, 0, 0]


def test_of_equal_outputs_the_first_class_is_the_answer() -> None:
    assert count_correct(np.array([[1.0, 1.0], [2.0, 1.0]]), np.array([1, 0])) == 1
