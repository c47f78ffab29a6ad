import numpy as np
import pytest

from bpcli.checks.sampling import DIRECTIONS, entries_per_tensor, random_directions, sample_entries
from bpcli.nn.parameters import Parameters

SMALL = Parameters({"W": (64, 10), "b": (10,)}, np.float64)
LARGE = Parameters({"W": (784, 128), "b": (128,)}, np.float64)


@pytest.mark.parametrize(
    ("parameters", "samples", "fast", "expected"),
    [
        (SMALL, None, False, None),
        (LARGE, None, False, 50),
        (LARGE, 20, False, 20),
        (SMALL, 20, False, 20),
        (SMALL, None, True, 5),
        (SMALL, 20, True, 20),
    ],
)
def test_all_entries_where_affordable(
    parameters: Parameters, samples: int | None, fast: bool, expected: int | None
) -> None:
    assert entries_per_tensor(parameters, 128, samples=samples, fast=fast) == expected


def test_a_sample_is_seeded_sorted_and_without_repeats() -> None:
    grad = np.random.default_rng(0).standard_normal(1000)
    sample = sample_entries(grad, 50, seed=3, tensor=1)
    assert len(np.unique(sample)) == len(sample) == 50
    assert (np.diff(sample) > 0).all()
    np.testing.assert_array_equal(sample, sample_entries(grad, 50, seed=3, tensor=1))
    assert set(sample) != set(sample_entries(grad, 50, seed=4, tensor=1))
    assert set(sample) != set(sample_entries(grad, 50, seed=3, tensor=2))


def test_a_sample_holds_the_largest_gradients() -> None:
    grad = np.random.default_rng(0).standard_normal(1000)
    grad[[7, 500]] = [1e3, -1e4]
    assert {7, 500} <= set(sample_entries(grad, 10, seed=0, tensor=0))


def test_a_gradient_that_is_not_a_number_is_always_looked_at() -> None:
    grad = np.random.default_rng(0).standard_normal(1000)
    grad[123] = np.nan
    assert 123 in sample_entries(grad, 5, seed=0, tensor=0)


@pytest.mark.parametrize("count", [None, 4, 9])
def test_a_small_tensor_is_taken_whole(count: int | None) -> None:
    np.testing.assert_array_equal(sample_entries(np.ones(4), count, seed=0, tensor=0), np.arange(4))


def test_directions_have_length_one_and_are_seeded() -> None:
    lines = random_directions(200, seed=1)
    assert len(lines) == DIRECTIONS
    assert [np.linalg.norm(line.direction) for line in lines] == pytest.approx([1.0] * DIRECTIONS)
    np.testing.assert_array_equal(lines[0].direction, random_directions(200, seed=1)[0].direction)
    assert not np.array_equal(lines[0].direction, random_directions(200, seed=2)[0].direction)
