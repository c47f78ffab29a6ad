"""What a confusion matrix says, against scikit-learn and the definitions written out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bpcli.training.metrics.confusion import (
    accuracy,
    balanced_accuracy,
    f1_scores,
    macro_f1,
    matthews_correlation,
    precisions,
    recalls,
)

sklearn = pytest.importorskip("sklearn.metrics")


@st.composite
def pairs(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True and predicted classes, and their confusion matrix; some classes may be missing on either side."""
    classes = draw(st.integers(2, 6))
    rows = draw(st.lists(st.tuples(st.integers(0, classes - 1), st.integers(0, classes - 1)), min_size=1, max_size=50))
    true, predicted = np.array(rows).T
    matrix = np.zeros((classes, classes), np.int64)
    np.add.at(matrix, (true, predicted), 1)
    return true, predicted, matrix


@given(pairs())
@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
@pytest.mark.filterwarnings("ignore:A single label was found")
def test_they_are_those_of_scikit_learn(case: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    true, predicted, C = case
    assert accuracy(C) == pytest.approx(sklearn.accuracy_score(true, predicted))
    assert balanced_accuracy(C) == pytest.approx(sklearn.balanced_accuracy_score(true, predicted))
    assert macro_f1(C) == pytest.approx(sklearn.f1_score(true, predicted, average="macro", zero_division=0.0))
    if not math.isnan(matthews_correlation(C)):
        assert matthews_correlation(C) == pytest.approx(sklearn.matthews_corrcoef(true, predicted), abs=1e-12)
    labels = range(len(C))
    columns = sklearn.precision_recall_fscore_support(true, predicted, labels=labels, zero_division=np.nan)
    for found, expected in zip((precisions(C), recalls(C), f1_scores(C)), columns, strict=False):
        np.testing.assert_allclose(found, expected)


@given(pairs())
def test_the_matthews_correlation_of_one_answer_is_zero_and_of_one_class_undefined(
    case: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    true, predicted, C = case
    assert math.isnan(matthews_correlation(C)) == (len(set(true)) == 1)
    if len(set(true)) > 1:
        assert -1 <= matthews_correlation(C) <= 1
        assert len(set(predicted)) > 1 or matthews_correlation(C) == 0


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**7))
def test_for_two_classes_the_matthews_correlation_is_the_one_of_1975(tp: int, fp: int, fn: int, tn: int) -> None:
    product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    assume(product)
    expected = (tp * tn - fp * fn) / math.sqrt(product)
    assert matthews_correlation(np.array([[tn, fp], [fn, tp]])) == pytest.approx(expected, abs=1e-12)


@given(st.lists(st.integers(1, 10**9), min_size=2, max_size=6))
def test_perfect_answers_are_one_by_every_measure(examples: list[int]) -> None:
    C = np.diag(examples)
    assert [measure(C) for measure in (accuracy, balanced_accuracy, macro_f1, matthews_correlation)] == [1, 1, 1, 1]


def test_the_frequent_class_alone_is_accurate_but_not_balanced() -> None:
    C = np.array([[990, 0], [10, 0]])
    assert (accuracy(C), balanced_accuracy(C)) == (0.99, 0.5)
    assert macro_f1(C) == pytest.approx(0.4975, abs=1e-4)


def test_a_class_that_never_occurs_has_no_recall_and_one_that_is_never_answered_no_precision() -> None:
    C = np.array([[1, 1, 0], [0, 0, 0], [0, 0, 0]])
    assert np.isnan(precisions(C)).tolist() == [False, False, True]
    assert np.isnan(recalls(C)).tolist() == [False, True, True]
    assert np.isnan(f1_scores(C)).tolist() == [False, False, True]
    assert macro_f1(C) == pytest.approx((2 / 3 + 0) / 2)


def test_of_no_examples_everything_is_undefined() -> None:
    C = np.zeros((2, 2), np.int64)
    assert all(math.isnan(measure(C)) for measure in (accuracy, balanced_accuracy, macro_f1, matthews_correlation))
