"""Splits are random, reproducible, disjoint, and keep the share of every class."""

import numpy as np
import pytest

from bpcli.data.dataset import Examples
from bpcli.data.splits import split_off, stratified_split
from bpcli.errors import ConfigError


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_both_parts_are_rising_and_together_are_everything() -> None:
    kept, taken = stratified_split(np.arange(100) % 3, 0.3, rng())
    assert len(taken) == 30
    for part in (kept, taken):
        assert (np.diff(part) > 0).all()
    assert sorted([*kept, *taken]) == list(range(100))


@pytest.mark.parametrize("fraction", [0.1, 0.25, 0.333, 0.5, 0.9])
def test_every_class_gives_its_share_up_to_one_example(fraction: float) -> None:
    y = np.repeat([0, 1, 2, 3], [70, 20, 7, 3])
    _, taken = stratified_split(y, fraction, rng())
    assert len(taken) == round(fraction * 100)
    shares = np.bincount(y[taken], minlength=4)
    assert (np.abs(shares - fraction * np.array([70, 20, 7, 3])) < 1).all()


def test_the_largest_remainder_gets_the_odd_example() -> None:
    y = np.repeat([0, 1], [14, 6])  # quotas 3.5 and 1.5 of 5: equal remainders, so the first class
    _, taken = stratified_split(y, 0.25, rng())
    assert np.bincount(y[taken]).tolist() == [4, 1]
    y = np.repeat([0, 1, 2], [11, 8, 1])  # quotas 2.2, 1.6 and .2 of 4
    _, taken = stratified_split(y, 0.2, rng())
    assert np.bincount(y[taken], minlength=3).tolist() == [2, 2, 0]


def test_another_generator_takes_others() -> None:
    y = np.zeros(100, np.intp)
    first, again, other = (stratified_split(y, 0.2, rng(seed))[1].tolist() for seed in (1, 1, 2))
    assert first == again != other


def test_numbers_are_taken_at_random() -> None:
    y = np.linspace(0, 1, 200)[:, np.newaxis]
    kept, taken = stratified_split(y, 0.25, rng())
    assert (len(kept), len(taken)) == (150, 50)
    assert 0.35 < y[taken].mean() < 0.65


def test_a_second_split_takes_from_what_the_first_left_and_copies_nothing() -> None:
    whole = Examples(np.zeros((100, 2)), np.arange(100) % 2)
    rest, test = split_off(whole, "test_fraction", 0.2, seed=0)
    train, validation = split_off(rest, "validation_fraction", 0.25, seed=0)
    assert test is not None
    assert validation is not None
    assert [len(train), len(validation), len(test)] == [60, 20, 20]
    assert sorted(np.concatenate([part.rows for part in (train, validation, test)])) == list(range(100))  # type: ignore[misc]
    assert train.x is whole.x
    assert train.y is whole.y


def test_a_fraction_of_zero_takes_nothing() -> None:
    whole = Examples(np.zeros((4, 1)), np.zeros(4, np.intp))
    assert split_off(whole, "validation_fraction", 0.0, seed=0) == (whole, None)


@pytest.mark.parametrize("fraction", [0.05, 0.95])
def test_a_split_left_empty_is_an_error_of_its_key(fraction: float) -> None:
    with pytest.raises(ConfigError) as caught:
        split_off(Examples(np.zeros((4, 1)), np.zeros(4, np.intp)), "validation_fraction", fraction, seed=0)
    (problem,) = caught.value.problems
    assert problem.path == ("data", "validation_fraction")
    assert f"{fraction:g} of 4 examples" in problem.message


@pytest.mark.parametrize("count", [2, 3, 7, 99, 2000])
@pytest.mark.parametrize("fraction", [1e-9, 1 - 1e-9])
def test_the_fraction_that_is_advised_instead_of_one_that_leaves_nothing_does(count: int, fraction: float) -> None:
    examples = Examples(np.zeros((count, 1)), np.zeros((count, 1)))
    with pytest.raises(ConfigError) as caught:
        split_off(examples, "test_fraction", fraction, seed=0)
    advised = float(str(caught.value).rsplit(" ", 1)[1])
    assert split_off(examples, "test_fraction", advised, seed=0)[1] is not None
