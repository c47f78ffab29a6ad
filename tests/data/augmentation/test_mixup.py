"""Mixup: shares from Beta(α, α), partners from all candidates."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpcli.data.augmentation.mixup import blend, draw_mixup

PLACES = np.arange(50_000)


@pytest.mark.parametrize("alpha", [0.05, 0.2, 0.5, 1.0, 2.0, 8.0, 100.0])
def test_shares_are_drawn_from_the_beta_distribution(alpha: float) -> None:
    share, _ = draw_mixup(alpha, PLACES, seed=0, epoch=0, place=PLACES)
    share = share[:, 0]
    assert 0 <= share.min() <= share.max() <= 1
    # E x^k = Π (α + r) / (2α + r), r < k; four standard errors
    for k in (1, 2, 3, 4):
        moments = [math.prod((alpha + r) / (2 * alpha + r) for r in range(n)) for n in (k, 2 * k)]
        error = math.sqrt((moments[1] - moments[0] ** 2) / len(share))
        assert np.mean(share**k) == pytest.approx(moments[0], abs=4 * error)


@pytest.mark.parametrize(
    ("alpha", "distribution"),
    [
        (0.5, lambda x: 2 / np.pi * np.arcsin(np.sqrt(x))),
        (1.0, lambda x: x),
        (2.0, lambda x: 3 * x**2 - 2 * x**3),
        (3.0, lambda x: x**3 * (10 - 15 * x + 6 * x**2)),
    ],
)
def test_their_distribution_function_is_that_of_beta(alpha: float, distribution) -> None:  # type: ignore[no-untyped-def]
    share, _ = draw_mixup(alpha, PLACES, seed=1, epoch=3, place=PLACES)
    ordered = np.sort(share[:, 0])
    steps = np.arange(1, len(ordered) + 1) / len(ordered)
    assert math.sqrt(len(ordered)) * np.abs(steps - distribution(ordered)).max() < 1.95


@pytest.mark.parametrize("alpha", [1e-6, 1e-3, 1e6])
def test_extreme_alphas_give_shares(alpha: float) -> None:
    share, _ = draw_mixup(alpha, PLACES, seed=0, epoch=0, place=PLACES)
    assert np.isfinite(share).all()
    assert abs(share.mean() - 0.5) < 0.02


def test_partners_are_candidates_each_as_likely() -> None:
    candidates = np.array([3, 4, 4, 9])
    _, partner = draw_mixup(1.0, candidates, seed=0, epoch=0, place=PLACES)
    assert np.bincount(partner, minlength=10)[[3, 4, 9]] / len(PLACES) == pytest.approx([0.25, 0.5, 0.25], abs=0.01)


def test_a_blend_is_the_weighted_sum_in_its_own_precision() -> None:
    a, b = np.array([[1, 2], [3, 4]], np.float32), np.array([[5, 6], [7, 8]], np.float32)
    blend(a, b, np.array([[0.25], [1.0]]))
    assert a.tolist() == [[4, 5], [3, 4]]
    assert a.dtype == np.float32
