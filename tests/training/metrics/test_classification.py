"""All metrics of classes, collected batch by batch from buffers that are used again."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bpcli.training.metrics import ClassificationMetrics, metric_names

from .conftest import Answers, answers, collected, measured

sklearn = pytest.importorskip("sklearn.metrics")


@given(answers(), st.integers(1, 50))
def test_batches_and_their_order_change_nothing(case: Answers, size: int) -> None:
    whole = measured(*case, classes=case.classes, top_k=2, size=len(case.T))
    assert list(whole) == list(metric_names(case.classes, 2))
    order = np.random.default_rng(size).permutation(len(case.T))
    shuffled = measured(case.Y[order], case.T[order], classes=case.classes, top_k=2, size=size)
    assert shuffled == pytest.approx(whole, rel=1e-12, nan_ok=True)


@given(answers(least=3))
def test_ranking_is_the_plain_mean_of_each_class_against_the_rest(case: Answers) -> None:
    present = np.unique(case.T)
    assume(len(present) > 1)
    found = measured(*case, classes=case.classes)
    assert found["roc_auc"] == pytest.approx(
        np.mean([sklearn.roc_auc_score(i == case.T, case.Y[:, i]) for i in present])
    )
    assert found["average_precision"] == pytest.approx(
        np.mean([sklearn.average_precision_score(i == case.T, case.Y[:, i]) for i in present])
    )


def test_where_all_classes_occur_it_is_the_one_vs_rest_of_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    Y, T = rng.dirichlet([1, 1, 1, 1], 200), rng.integers(0, 4, 200)
    expected = sklearn.roc_auc_score(T, Y, multi_class="ovr", average="macro")
    assert measured(Y, T, classes=4)["roc_auc"] == pytest.approx(expected)


@given(answers(most=2))
def test_of_two_classes_the_second_is_ranked_whether_one_output_answers_or_two(case: Answers) -> None:
    assume(len(set(case.T)) == 2)
    p = case.Y[:, :1] / 30
    both, one = measured(np.hstack([1 - p, p]), case.T, classes=2), measured(p, case.T, classes=2)
    assert both["roc_auc"] == pytest.approx(sklearn.roc_auc_score(case.T, p[:, 0])) == one["roc_auc"]
    assert both["average_precision"] == pytest.approx(sklearn.average_precision_score(case.T, p[:, 0]))
    assert both["average_precision"] == one["average_precision"]
    rows = collected(p, case.T, classes=2).per_class(["no", "yes"])
    assert rows[0].roc_auc == pytest.approx(rows[1].roc_auc) == one["roc_auc"]
    assert rows[0].average_precision == pytest.approx(sklearn.average_precision_score(case.T == 0, -p[:, 0]))


def test_perfect_answers_are_one_by_every_metric() -> None:
    T = np.array([0, 1, 2, 2, 1])
    assert set(measured(np.eye(3)[T], T, classes=3, top_k=2).values()) == {1}


def test_a_single_class_leaves_undefined_what_compares_classes() -> None:
    found = measured(np.eye(3)[[0, 0, 1]], np.zeros(3, int), classes=3)
    assert {name for name, value in found.items() if math.isnan(value)} == {"mcc", "roc_auc"}


def test_each_class_has_a_row() -> None:
    Y = np.array([[0.9, 0.1, 0], [0.2, 0.8, 0], [0.6, 0.4, 0], [0.1, 0.9, 0]])
    rows = collected(Y, np.array([0, 0, 1, 1]), classes=3, size=3).per_class("abc")
    assert [row.name for row in rows] == ["a", "b", "c"]
    assert [row.examples for row in rows] == [2, 2, 0]
    first = {"name": "a", "precision": 0.5, "recall": 0.5, "f1": 0.5, "roc_auc": 0.75}
    assert vars(rows[0]) == first | {"average_precision": pytest.approx(5 / 6), "examples": 2}
    undefined = [value for value in vars(rows[2]).values() if isinstance(value, float)]
    assert len(undefined) == 5
    assert all(map(math.isnan, undefined))


def test_only_what_is_named_is_measured_and_outputs_are_kept_only_to_rank_them() -> None:
    metrics = ClassificationMetrics(3, ["mcc", "accuracy"])
    metrics.add(np.eye(3), np.arange(3))
    assert metrics.result() == {"accuracy": 1, "mcc": 1}
    assert all(math.isnan(row.roc_auc) for row in metrics.per_class("abc"))
    assert not metrics._scores


def test_outputs_too_many_for_float32_sums_are_counted_exactly() -> None:
    metrics = ClassificationMetrics(2, ["roc_auc"])
    rng = np.random.default_rng(0)
    p, T = rng.random(100_000, np.float32), rng.integers(0, 2, 100_000)
    for start in range(0, len(p), 1000):
        metrics.add(p[start : start + 1000, np.newaxis], T[start : start + 1000])
    assert metrics.result()["roc_auc"] == pytest.approx(sklearn.roc_auc_score(T, p), rel=1e-12)
