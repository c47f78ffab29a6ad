"""Samplers give the promised shares of the classes, anew every epoch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.data.sampling import Sampler, Sampling
from bpcli.nn.arrays import Array

labels = st.lists(st.integers(0, 4), min_size=1, max_size=60).map(np.array)


def drawn(y: Array, sampling: Sampling, epoch: int = 0) -> Array:
    sampler = Sampler(y, sampling)
    sample = sampler.sample(np.random.default_rng(epoch))
    assert len(sample) == sampler.size
    assert (np.diff(sample) >= 0).all(), "in the order of the data"
    return sample


def class_counts(y: Array, sample: Array) -> Array:
    """Of each class there is, in `y` and in the sample."""
    return np.array([[(y == label).sum(), (y[sample] == label).sum()] for label in np.unique(y)]).T


@given(labels)
def test_none_is_every_example_once(y: Array) -> None:
    assert drawn(y, "none").tolist() == list(range(len(y)))


@given(labels, st.integers(0, 3))
def test_over_repeats_every_class_to_the_size_of_the_largest_and_evenly(y: Array, epoch: int) -> None:
    sample = drawn(y, "over", epoch)
    before, after = class_counts(y, sample)
    assert set(after) == {before.max()}
    times = np.bincount(sample, minlength=len(y))
    for label, count in zip(np.unique(y), before, strict=True):
        even = before.max() / count
        assert set(times[y == label]) <= {int(np.floor(even)), int(np.ceil(even))}


@given(labels, st.integers(0, 3))
def test_under_cuts_every_class_to_the_size_of_the_smallest(y: Array, epoch: int) -> None:
    sample = drawn(y, "under", epoch)
    before, after = class_counts(y, sample)
    assert set(after) == {before.min()}
    assert len(np.unique(sample)) == len(sample)


@given(labels, st.integers(0, 3))
def test_balanced_draws_as_many_as_there_are_in_equal_shares_up_to_one(y: Array, epoch: int) -> None:
    sample = drawn(y, "balanced", epoch)
    assert len(sample) == len(y)
    _, after = class_counts(y, sample)
    assert after.max() - after.min() <= 1


@pytest.mark.parametrize("sampling", ["over", "under", "balanced"])
def test_every_epoch_draws_anew_and_in_the_end_shows_everything(sampling: Sampling) -> None:
    y = np.array([0] * 90 + [1] * 7)
    samples = [drawn(y, sampling, epoch) for epoch in range(200)]
    assert samples[0].tolist() != samples[1].tolist()
    assert len(np.unique(np.concatenate(samples))) == len(y)


def test_which_classes_have_one_more_changes_from_epoch_to_epoch() -> None:
    y = np.array([0, 0, 1, 1, 2])
    counts = [class_counts(y, drawn(y, "balanced", epoch))[1].tolist() for epoch in range(60)]
    assert np.mean(counts, axis=0) == pytest.approx([5 / 3] * 3, abs=0.25)


def test_numbers_are_never_looked_at_where_nothing_is_sampled() -> None:
    assert drawn(np.array([[0.5], [0.25]]), "none").tolist() == [0, 1]
