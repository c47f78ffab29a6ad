"""Affine maps and the resampling: pixels go where the map says, and nothing comes from outside."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.data.augmentation.affine import inverse_maps, random_maps
from bpcli.data.augmentation.resample import Resampler
from bpcli.data.augmentation.section import Augmentation
from bpcli.nn.arrays import Array

SHAPE = (6, 9)


def maps(n: int = 1, **parts: Any) -> Array:
    """The same map for n images; parts that are not given do nothing."""
    plain: dict[str, Any] = {"shift": (0.0, 0.0), "rotation": 0.0, "scale": 1.0, "shear": 0.0, "flip": False}
    return inverse_maps(**{key: np.array([value] * n) for key, value in (plain | parts).items()})


def resampled(images: Array, map_: Array, displacements: tuple[Array, Array] | None = None) -> Array:
    n, *shape = images.shape
    out = np.empty((n, math.prod(shape)), np.float32)
    Resampler((shape[0], shape[1]), capacity=n, dtype=np.float32)(images.reshape(n, -1), map_, displacements, out)
    return out.reshape(images.shape)


def pictures(n: int = 3, shape: tuple[int, int] = SHAPE, seed: int = 0) -> Array:
    return np.random.default_rng(seed).integers(0, 256, (n, *shape)).astype(np.float32)


def by_hand(image: Array, row: float, column: float) -> float:
    """Bilinear interpolation, pixel by pixel."""
    total, (rows, columns) = 0.0, image.shape
    for i in (math.floor(row), math.floor(row) + 1):
        for j in (math.floor(column), math.floor(column) + 1):
            inside = 0 <= i < rows and 0 <= j < columns
            weight = (1 - abs(row - i)) * (1 - abs(column - j))
            total += weight * float(image[i, j]) if inside else 0.0
    return total


def test_a_map_that_does_nothing_changes_no_bit() -> None:
    assert resampled(pictures(), maps(3)).tolist() == pictures().tolist()


@given(st.integers(-8, 8), st.integers(-11, 11))
def test_a_whole_shift_rolls_the_image_and_fills_with_zeros(down: int, across: int) -> None:
    padded = np.pad(pictures(), ((0, 0), (12, 12), (12, 12)))
    expected = np.roll(padded, (down, across), axis=(1, 2))[:, 12:18, 12:21]
    assert resampled(pictures(), maps(3, shift=(down, across))).tolist() == expected.tolist()


def test_a_flip_is_a_mirror_and_two_are_nothing() -> None:
    flipped = resampled(pictures(), maps(3, flip=True))
    assert flipped.tolist() == pictures()[:, :, ::-1].tolist()
    assert resampled(flipped, maps(3, flip=True)).tolist() == pictures().tolist()


@pytest.mark.parametrize("quarters", range(-4, 5))
def test_quarter_turns_are_anticlockwise_and_four_are_nothing(quarters: int) -> None:
    square = pictures(shape=(7, 7))
    turned = resampled(square, maps(3, rotation=90 * quarters))
    np.testing.assert_allclose(turned, np.rot90(square, quarters, axes=(1, 2)), atol=1e-3)


def test_enlarging_by_two_shows_the_middle_half() -> None:
    ramp = np.tile(np.arange(9, dtype=np.float32), (1, 9, 1))
    np.testing.assert_allclose(resampled(ramp, maps(scale=2.0))[0, 4], 2 + np.arange(9) / 2, rtol=1e-6)


def test_a_shear_moves_columns_by_the_tangent_times_the_row() -> None:
    line = np.zeros((1, 5, 9), np.float32)
    line[0, :, 4] = 1
    slanted = resampled(line, maps(shear=45.0))
    assert np.allclose(slanted[0].argmax(axis=1), [2, 3, 4, 5, 6])
    assert np.allclose(slanted.sum(axis=(1, 2)), 5, atol=1e-4)


@given(
    st.tuples(st.floats(-4, 4), st.floats(-4, 4)),
    st.floats(-180, 180),
    st.floats(0.5, 2),
    st.floats(-60, 60),
    st.booleans(),
)
def test_a_map_undoes_flip_scale_shear_rotation_and_shift_in_this_order(
    shift: tuple[float, float], rotation: float, scale: float, shear: float, flip: bool
) -> None:
    angle, slant = math.radians(rotation), math.tan(math.radians(shear))
    place = np.array([1.5, -2.5])
    moved = place * [1, -1 if flip else 1] * scale
    moved = np.array([moved[0], moved[1] + slant * moved[0]])
    moved = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]) @ moved + shift
    map_ = maps(shift=shift, rotation=rotation, scale=scale, shear=shear, flip=flip)[0]
    np.testing.assert_allclose(map_ @ [*moved, 1], place, atol=1e-10)


@given(st.integers(0, 1000), st.floats(0, 6), st.floats(0, 180), st.floats(0, 0.9), st.floats(0, 80))
def test_it_agrees_with_interpolation_by_hand_and_keeps_the_range(
    seed: int, shift: float, rotation: float, scale: float, shear: float
) -> None:
    section = Augmentation(shift=shift, rotation=rotation, scale=scale, shear=shear, horizontal_flip=0.5)
    images, places = pictures(4, seed=seed), np.arange(4)
    map_ = random_maps(section, seed, 0, places)
    displacements = np.random.default_rng(seed).uniform(-2, 2, (2, 4, 54)).astype(np.float32)
    out = resampled(images, map_, (displacements[0], displacements[1]))
    assert out.min() >= 0
    assert out.max() <= images.max()
    for n, pixel in ((0, 0), (1, 20), (2, 33), (3, 53)):
        i, j = divmod(pixel, 9)
        row, column = map_[n] @ [i - 2.5, j - 4, 1] + [2.5, 4] + displacements[:, n, pixel]
        assert out[n, i, j] == pytest.approx(by_hand(images[n], row, column), abs=0.1)


def test_random_maps_stay_within_their_bounds_and_use_them() -> None:
    places = np.arange(20_000)
    turned = random_maps(Augmentation(rotation=30), 0, 0, places)
    angles = np.rad2deg(np.arctan2(turned[:, 0, 1], turned[:, 0, 0]))
    assert 29.9 < np.abs(angles).max() <= 30
    assert abs(angles.mean()) < 0.5
    scales = 1 / random_maps(Augmentation(scale=0.2), 0, 0, places)[:, 0, 0]
    assert (round(scales.min(), 2), round(scales.max(), 2)) == (0.8, 1.2)
    shifts = random_maps(Augmentation(shift=2), 0, 0, places)[:, :, 2]
    assert 1.99 < np.abs(shifts).max() <= 2
    assert abs(np.corrcoef(shifts.T)[0, 1]) < 0.03
    flips = random_maps(Augmentation(horizontal_flip=0.3), 0, 0, places)[:, 1, 1]
    assert np.mean(flips < 0) == pytest.approx(0.3, abs=0.015)
    assert set(np.abs(flips)) == {1.0}


def test_images_may_be_resampled_in_place_and_a_short_batch_uses_the_same_buffers() -> None:
    images = pictures().reshape(3, -1)
    resampler = Resampler(SHAPE, capacity=3, dtype=np.float32)
    out = np.empty_like(images)
    resampler(images, maps(3, rotation=20), None, out)
    resampler(images[:2], maps(2, rotation=20), None, images[:2])
    assert images[:2].tolist() == out[:2].tolist()
    assert images[2].tolist() == pictures()[2].ravel().tolist()
