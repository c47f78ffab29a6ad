"""Areas under curves, against every pair of examples and against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.training.metrics.ranking import average_precision, counts_by_threshold, log_odds, roc_auc

sklearn = pytest.importorskip("sklearn.metrics")

Scored = tuple[np.ndarray, np.ndarray]


@st.composite
def scored(draw: st.DrawFn) -> Scored:
    """Scores, of which many are equal, and whether each is of the class; there is one of each kind."""
    positive = [True, False, *draw(st.lists(st.booleans(), max_size=40))]
    score = st.integers(-3, 3) | st.floats(-(2.0**120), 2.0**120, width=32)  # scikit-learn subtracts them
    scores = draw(st.lists(score, min_size=len(positive), max_size=len(positive)))
    return np.array(scores, np.float32), np.array(positive)


@given(scored())
def test_roc_auc_is_the_share_of_pairs_in_the_right_order(case: Scored) -> None:
    scores, positive = case
    pairs = [0.5 if a == b else float(a > b) for a in scores[positive].tolist() for b in scores[~positive].tolist()]
    assert roc_auc(counts_by_threshold(scores, positive)) == sum(pairs) / len(pairs)


@given(scored())
def test_both_areas_are_those_of_scikit_learn(case: Scored) -> None:
    scores, positive = case
    counts = counts_by_threshold(scores, positive)
    assert roc_auc(counts) == pytest.approx(sklearn.roc_auc_score(positive, scores))
    assert average_precision(counts) == pytest.approx(sklearn.average_precision_score(positive, scores))


@given(scored())
def test_scores_turned_round_rank_the_other_way_round(case: Scored) -> None:
    scores, positive = case
    assert roc_auc(counts_by_threshold(-scores, positive)) == pytest.approx(
        1 - roc_auc(counts_by_threshold(scores, positive))
    )


@given(scored())
def test_only_the_order_of_the_scores_counts(case: Scored) -> None:
    scores, positive = case
    ranks = np.unique(scores, return_inverse=True)[1]
    found, expected = counts_by_threshold(scores, positive), counts_by_threshold(ranks**3, positive)
    assert (roc_auc(found), average_precision(found)) == (roc_auc(expected), average_precision(expected))


def test_a_perfect_order_is_one_and_equal_scores_know_nothing() -> None:
    positive = np.array([True, False, True, False, False])
    perfect, constant = counts_by_threshold(positive * 0.5, positive), counts_by_threshold(np.ones(5), positive)
    assert (roc_auc(perfect), average_precision(perfect)) == (1, 1)
    assert (roc_auc(constant), average_precision(constant)) == (0.5, 2 / 5)


def test_examples_of_one_kind_have_no_order() -> None:
    none, all_ = (counts_by_threshold(np.arange(3.0), np.full(3, kind)) for kind in (False, True))
    assert math.isnan(roc_auc(none))
    assert math.isnan(roc_auc(all_))
    assert math.isnan(average_precision(none))
    assert average_precision(all_) == 1


@given(st.integers(2, 6), st.integers(1, 30), st.sampled_from([1.0, 30.0, 1e3, 1e5]), st.integers(0, 2**32))
def test_log_odds_of_a_softmax_are_exact_however_large_the_raw_outputs(
    classes: int, size: int, scale: float, seed: int
) -> None:
    Z = (np.random.default_rng(seed).standard_normal((size, classes)) * scale).astype(np.float32)
    for k, found in enumerate(log_odds(Z)):
        assert found.tolist() == pytest.approx([_log_odds(row, k) for row in Z.tolist()], rel=1e-12, abs=1e-12)


def _log_odds(row: list[float], k: int) -> float:
    """z_k - ln Σ_{j≠k} e^z_j, term by term."""
    others = [z for j, z in enumerate(row) if j != k]
    most = max(others)
    return row[k] - (most + math.log(math.fsum(math.exp(z - most) for z in others)))


def test_log_odds_go_on_where_the_probabilities_are_all_0_or_1() -> None:
    Z = np.array([[0, 200], [0, 300], [0, -200], [0, -300]], np.float32)
    below, above = log_odds(Z)
    assert above.tolist() == [200, 300, -200, -300]
    assert below.tolist() == [-200, -300, 200, 300]
