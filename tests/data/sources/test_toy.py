"""The generated sets: their shapes, their geometry, and that a seed decides everything."""

import numpy as np
import pytest

from bpcli.data.sources.toy import Blobs, Checkerboard, Circles, Moons, PlaneSource, Spiral
from bpcli.errors import ConfigError

EVERY = [Circles, Moons, Spiral, Blobs, Checkerboard]


@pytest.mark.parametrize("source", EVERY)
def test_a_seed_decides_everything(source: type[PlaneSource]) -> None:
    first, again, other = (source(samples=50).load(seed) for seed in (1, 1, 2))
    assert (first.train.x == again.train.x).all()
    assert (first.split("test").rows == again.split("test").rows).all()
    assert first.split("test").rows.tolist() != other.split("test").rows.tolist()  # type: ignore[union-attr]
    if source is not Blobs:
        assert (source(samples=50, noise=0.0).load(1).train.x != source(samples=50, noise=0.0).load(2).train.x).any()
    assert (first.train.x != other.train.x).any()


@pytest.mark.parametrize("source", EVERY)
def test_every_class_has_its_equal_share_in_every_split(source: type[PlaneSource]) -> None:
    data = source(samples=600, validation_fraction=0.25).load(0)
    assert data.train.x.shape == (600, 2)
    assert [len(examples) for examples in data.splits.values()] == [360, 120, 120]
    for examples in data.splits.values():
        assert np.ptp(np.bincount(examples.targets, minlength=data.info.classes)) == 0


@pytest.mark.parametrize("source", EVERY)
def test_noise_moves_points_by_its_standard_deviation(source: type[PlaneSource]) -> None:
    clean, noisy = (source(samples=4000, noise=noise).load(0).train.x for noise in (0.0, 0.25))
    np.testing.assert_allclose((noisy - clean).std(axis=0), 0.25, rtol=0.05)


def test_circles_have_radius_one_and_a_half() -> None:
    train = Circles(noise=0.0).load(0).train
    np.testing.assert_allclose(np.hypot(*train.x.T), np.where(train.y == 0, 1, 0.5))


def test_moons_are_half_circles_that_reach_into_each_other() -> None:
    train = Moons(noise=0.0).load(0).train
    upper, lower = train.x[train.y == 0], train.x[train.y == 1]
    np.testing.assert_allclose(np.hypot(*upper.T), 1)
    np.testing.assert_allclose(np.hypot(*(lower - [1, 0.5]).T), 1)
    assert upper[:, 1].min() >= 0
    assert lower[:, 1].max() <= 0.5
    assert lower[:, 1].min() < 0


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_the_arms_of_a_spiral_are_one_arm_turned(classes: int) -> None:
    train = Spiral(noise=0.0, classes=classes).load(0).train
    radius = np.hypot(*train.x.T)
    assert 0.1 <= radius.min() < radius.max() <= 1
    turn = (np.arctan2(train.x[:, 1], train.x[:, 0]) / (2 * np.pi) - radius - train.y / classes) % 1
    np.testing.assert_allclose(np.minimum(turn, 1 - turn), 0, atol=1e-9)


def test_blobs_without_noise_are_their_centres_on_the_unit_circle() -> None:
    train = Blobs(noise=0.0, classes=4).load(0).train
    np.testing.assert_allclose(train.x[:4], [[1, 0], [0, 1], [-1, 0], [0, -1]], atol=1e-12)


def test_the_fields_of_a_checkerboard_alternate() -> None:
    train = Checkerboard(samples=2000).load(0).train
    field = np.floor((train.x + 1) * 2).astype(int)
    assert (field.sum(axis=1) % 2 == train.y).all()
    assert {tuple(cell) for cell in field.tolist()} == {(column, row) for column in range(4) for row in range(4)}


def test_what_a_network_has_to_fit_is_known_without_generating() -> None:
    info = Blobs(classes=7, samples=10_000_000).info()
    assert (info.features, info.classes) == (2, 7)


def test_fewer_samples_than_classes_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"data\.samples: samples must be at least the number of classes, 5"):
        Blobs(samples=3, classes=5).load(0)
