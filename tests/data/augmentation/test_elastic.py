"""Elastic distortion: smooth random displacements of the promised size."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpcli.data.augmentation.elastic import Elastic, gaussian_matrix
from bpcli.data.augmentation.hashing import uniform_pairs

SHAPE = (28, 20)


def test_smoothing_is_a_convolution_with_a_gaussian_that_sums_to_one() -> None:
    matrix = gaussian_matrix(60, 2.0)
    impulse = np.eye(60)[30]
    bell = np.exp(-0.5 * ((np.arange(60) - 30) / 2.0) ** 2) / (2.0 * math.sqrt(2 * math.pi))
    np.testing.assert_allclose(matrix @ impulse, bell, atol=1e-12)
    assert (matrix @ np.ones(60))[30] == pytest.approx(1)
    assert (matrix @ np.ones(60))[0] == pytest.approx(0.5 + bell[30] / 2)


def test_displacements_are_the_smoothed_field_by_plain_loops() -> None:
    elastic = Elastic(34.0, 3.0, image_shape=SHAPE, seed=0, dtype=np.float64)
    place = np.array([5, 2])
    fields = uniform_pairs(0, "elastic", 4, place, 28 * 20, np.float64)
    kernel = np.array([math.exp(-0.5 * (k / 3.0) ** 2) for k in range(-40, 41)])
    kernel /= kernel.sum()
    for field, displacement in zip(fields, elastic.displacements(4, place), strict=True):
        u = 2 * field[1].reshape(SHAPE) - 1
        for i, j in ((0, 0), (14, 10), (27, 5)):
            total = sum(u[r, c] * kernel[40 + r - i] * kernel[40 + c - j] for r in range(28) for c in range(20))
            assert displacement[1].reshape(SHAPE)[i, j] == pytest.approx(34 * total)


def test_their_size_is_that_of_smoothed_uniform_noise() -> None:
    """In the middle the deviation is α / √3 · Σ k², for the squares of a kernel in two dimensions."""
    elastic = Elastic(34.0, 4.0, image_shape=(41, 41), seed=0, dtype=np.float32)
    down, across = elastic.displacements(0, np.arange(2000))
    squares = (gaussian_matrix(41, 4.0)[20] ** 2).sum()
    for field in (down, across):
        assert field.dtype == np.float32
        middle = field.reshape(-1, 41, 41)[:, 20, 20]
        assert middle.std() == pytest.approx(34 / math.sqrt(3) * squares, rel=0.06)
        assert abs(middle.mean()) < 0.15
    assert abs(np.corrcoef(down[:, 840], across[:, 840])[0, 1]) < 0.08


def test_a_larger_sigma_gives_a_smoother_field() -> None:
    def roughness(sigma: float) -> float:
        field = Elastic(1.0, sigma, image_shape=SHAPE, seed=0, dtype=np.float64).displacements(0, np.arange(50))[0]
        grid = field.reshape(-1, *SHAPE)
        return float(np.abs(np.diff(grid, axis=1)).mean() / np.abs(grid).mean())

    assert roughness(1) > 2 * roughness(3) > 3 * roughness(9)
