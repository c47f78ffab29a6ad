"""Bilinear resampling of a batch of images, each at places of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from bpcli.nn.arrays import Array, zeros


class Resampler:
    """Reads images between their pixels; outside of an image is 0.

    The images lie in a frame of zeros, one pixel before and two after, to which places far outside are clipped: the
    last, so that the right and lower neighbour of a place on the frame exists.
    """

    def __init__(self, image_shape: tuple[int, int], *, capacity: int, dtype: Any) -> None:
        self.image_shape = rows, columns = image_shape
        pixels = rows * columns
        self._framed = zeros((capacity, rows + 3, columns + 3), dtype)
        self._places = zeros((2, capacity, pixels), dtype)
        self._corners = zeros((4, capacity, pixels), dtype)
        self._at = zeros((2, capacity, pixels), np.intp)
        self._first = np.arange(capacity)[:, np.newaxis] * self._framed[0].size
        down, across = np.indices(image_shape).reshape(2, -1)
        self._grid = np.stack([down - (rows - 1) / 2, across - (columns - 1) / 2, np.ones(pixels)]).astype(dtype)
        self._centre = np.array([[(rows - 1) / 2 + 1], [(columns - 1) / 2 + 1]])

    def __call__(self, images: Array, maps: Array, displacements: tuple[Array, Array] | None, out: Array) -> None:
        """Resample `images (N, pixels)` at the places that `maps (N, 2, 3)` give, moved by `displacements`.

        `out (N, pixels)` may be `images` itself. Maps are those of `affine.inverse_maps`; displacements are along
        rows and along columns, `(N, pixels)`.
        """
        n, (rows, columns) = len(images), self.image_shape
        self._framed[:n, 1 : rows + 1, 1 : columns + 1] = images.reshape(n, rows, columns)
        places = self._places[:, :n]
        for axis, (place, size) in enumerate(zip(places, self.image_shape, strict=True)):
            map_ = maps[:, axis].copy()
            map_[:, 2] += self._centre[axis]
            np.matmul(map_.astype(place.dtype), self._grid, place)
            if displacements is not None:
                place += displacements[axis]
            np.clip(place, 0, size + 1, place)
        self._interpolate(places[0], places[1], out)

    def _interpolate(self, row: Array, column: Array, out: Array) -> None:
        """The images in the frame at `row` and `column (N, pixels)`, counted in the frame; overwrites both."""
        n, width = len(row), self._framed.shape[2]
        a, b, c, d = self._corners[:, :n]
        at, beside = self._at[:, :n]
        np.floor(row, a)
        np.floor(column, b)
        row -= a
        column -= b
        a *= width
        a += b
        np.copyto(at, a, casting="unsafe")
        at += self._first[:n]
        framed = self._framed.reshape(-1)
        for corner, offset in ((a, 0), (b, 1), (c, width), (d, width + 1)):
            np.add(at, offset, beside)
            np.take(framed, beside, out=corner, mode="clip")
        _blend(a, b, column)
        _blend(c, d, column)
        _blend(a, c, row)
        np.copyto(out, a)


def _blend(a: Array, b: Array, share: Array) -> None:
    """a ← a + share · (b - a); overwrites b. For bytes it never leaves [min(a, b), max(a, b)]."""
    b -= a
    b *= share
    a += b
