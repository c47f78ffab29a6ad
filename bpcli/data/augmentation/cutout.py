"""Squares of background on images (DeVries and Taylor 2017)."""

from __future__ import annotations

import numpy as np

from bpcli.data.augmentation.hashing import uniforms
from bpcli.nn.arrays import Array


def cut_out(images: Array, side: int, image_shape: tuple[int, int], *, seed: int, epoch: int, place: Array) -> None:
    """Set a square of `side` pixels to 0 in each of `images (N, pixels)`, in place.

    Its centre is any pixel with equal probability, so that a square at the edge is cut off, as in the paper.
    """
    rows, columns = image_shape
    centre = (uniforms(seed, "cutout", epoch, place, 2) * image_shape).astype(np.intp)
    first = centre - side // 2
    down, across = (
        (np.arange(size) >= first[:, axis, np.newaxis]) & (np.arange(size) < first[:, axis, np.newaxis] + side)
        for axis, size in enumerate(image_shape)
    )
    square = down[:, :, np.newaxis] & across[:, np.newaxis, :]
    images.reshape(-1, rows, columns)[square] = 0
