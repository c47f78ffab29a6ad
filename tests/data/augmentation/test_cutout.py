"""Cutout: one square of background somewhere on each image."""

from __future__ import annotations

import numpy as np
import pytest

from bpcli.data.augmentation.cutout import cut_out

SHAPE = (10, 14)


@pytest.mark.parametrize("side", [1, 4, 5])
def test_a_square_is_cut_out_and_the_rest_is_kept(side: int) -> None:
    images = np.ones((500, 140), np.float32)
    cut_out(images, side, SHAPE, seed=0, epoch=0, place=np.arange(500))
    sizes = set()
    for image in images.reshape(-1, *SHAPE):
        rows, columns = (np.flatnonzero((image == 0).any(axis=axis)) for axis in (1, 0))
        assert image.sum() == 140 - len(rows) * len(columns)
        assert len(rows) == rows[-1] - rows[0] + 1
        assert len(columns) == columns[-1] - columns[0] + 1
        sizes.add((len(rows), len(columns)))
    assert max(sizes) == (side, side)


def test_every_pixel_is_a_centre_equally_often() -> None:
    images = np.ones((14_000, 140), np.float32)
    cut_out(images, 1, SHAPE, seed=0, epoch=0, place=np.arange(14_000))
    counts = (images == 0).sum(axis=0)
    assert counts.sum() == 14_000
    assert ((counts - 100) ** 2 / 100).sum() < 139 + 4 * (2 * 139) ** 0.5


def test_a_square_larger_than_the_image_leaves_nothing() -> None:
    images = np.ones((3, 140), np.float32)
    cut_out(images, 40, SHAPE, seed=0, epoch=0, place=np.arange(3))
    assert not images.any()
