"""Hashed random numbers: a pure function of where they are, and as good as a generator's."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpcli.data.augmentation.hashing import normals, splitmix64, uniform_pairs, uniforms, words
from bpcli.nn.arrays import Array

PLACES = np.arange(2000)


def test_the_hash_is_the_published_splitmix64() -> None:
    outputs = splitmix64(np.uint64(1234567), np.arange(1, 6, dtype=np.uint64))
    assert outputs.tolist() == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


def test_a_number_depends_on_its_place_alone() -> None:
    whole = words(3, "shift", 7, PLACES, 5)
    some = np.array([1999, 0, 41, 41])
    assert words(3, "shift", 7, some, 3).tolist() == whole[some, :3].tolist()


def test_seed_purpose_epoch_place_and_count_all_matter() -> None:
    drawn = [
        words(seed, draw, epoch, PLACES[:10], 10)
        for seed, draw, epoch in (
            (0, "shift", 0),
            (1, "shift", 0),
            (0, "scale", 0),
            (0, "shift", 1),
            (2**100, "shift", 0),
        )
    ]
    assert len(np.unique(np.stack(drawn))) == 500


def kolmogorov_smirnov(sample: Array, distribution: Array) -> float:
    """√n times the largest distance between the sample's and the true distribution function at the sorted sample."""
    n = len(sample)
    steps = np.arange(n + 1) / n
    return math.sqrt(n) * float(max(np.max(steps[1:] - distribution), np.max(distribution - steps[:-1])))


@pytest.mark.parametrize("of", ["places", "draws", "epochs"])
def test_uniform_numbers_are_uniform_and_independent(of: str) -> None:
    """Neighbours in every direction: 1.95 is exceeded by one sample of truly uniform numbers in a thousand."""
    if of == "places":
        u = uniforms(0, "shift", 0, np.arange(100_000), 1)[:, 0]
    elif of == "draws":
        u = uniforms(0, "shift", 0, PLACES[:1], 100_000)[0]
    else:
        u = np.concatenate([uniforms(0, "shift", epoch, PLACES, 1)[:, 0] for epoch in range(50)])
    assert u.min() >= 0
    assert u.max() < 1
    assert kolmogorov_smirnov(u, np.sort(u)) < 1.95
    centred = u - u.mean()
    for lag in (1, 2, 3, 10):
        correlation = float(np.mean(centred[lag:] * centred[:-lag]) * 12)
        assert abs(correlation) < 4 / math.sqrt(len(u))


def test_every_bit_of_a_word_is_set_half_the_time_and_turned_by_the_next_place() -> None:
    bits = np.unpackbits(words(0, "noise", 0, np.arange(20_000), 1).view(np.uint8), axis=1)
    assert np.abs(bits.mean(axis=0) - 0.5).max() < 5 * 0.5 / math.sqrt(20_000)
    assert np.abs((bits[1:] ^ bits[:-1]).mean(axis=0) - 0.5).max() < 5 * 0.5 / math.sqrt(20_000)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_two_halves_of_a_pair_are_uniform_and_independent(dtype: type) -> None:
    a, b = (half.ravel() for half in uniform_pairs(0, "elastic", 0, PLACES, 50, dtype))
    assert a.dtype == b.dtype == dtype
    for half in (a, b):
        assert 0 < half.min() < half.max() <= 1
        assert kolmogorov_smirnov(half, np.sort(half).astype(np.float64)) < 1.95
    assert abs(np.corrcoef(a, b)[0, 1]) < 4 / math.sqrt(len(a))


@pytest.mark.parametrize("count", [1, 2, 5])
def test_normal_numbers_are_normal(count: int) -> None:
    z = normals(0, "noise", 0, np.arange(100_000 // count), count, np.float64)
    assert z.shape == (100_000 // count, count)
    ordered = np.sort(z.ravel())
    distribution = np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in ordered])
    assert kolmogorov_smirnov(ordered, distribution) < 1.95
    if count > 1:
        assert abs(np.corrcoef(z[:, 0], z[:, -1])[0, 1]) < 4 / math.sqrt(len(z))
