"""Elastic distortion of images (Simard, Steinkraus and Platt 2003, section 2)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bpcli.data.augmentation.hashing import uniform_pairs
from bpcli.nn.arrays import Array


class Elastic:
    """Displacements α · G_σ * U: U uniform in (-1, 1] at every pixel, smoothed by a Gaussian that sums to one.

    The Gaussian goes along rows, then along columns, each as a product with a small matrix; it sees zeros outside of
    the image, so displacements are smaller at its edge.
    """

    def __init__(self, alpha: float, sigma: float, *, image_shape: tuple[int, int], seed: int, dtype: Any) -> None:
        self.alpha, self.seed, self.image_shape, self.dtype = alpha, seed, image_shape, dtype
        self._down, self._across = (gaussian_matrix(size, sigma).astype(dtype) for size in image_shape)

    def displacements(self, epoch: int, place: Array) -> tuple[Array, Array]:
        """How far along rows, and along columns, in pixels: each `(N, rows * columns)`."""
        rows, columns = self.image_shape
        fields = uniform_pairs(self.seed, "elastic", epoch, place, rows * columns, self.dtype)
        return self._smooth(fields[0]), self._smooth(fields[1])

    def _smooth(self, field: Array) -> Array:
        """Overwrites `field (N, rows * columns)`, in (0, 1]."""
        field -= 0.5
        field *= 2 * self.alpha
        rows, columns = self.image_shape
        across = field.reshape(-1, columns).dot(self._across)
        smooth: Array = np.matmul(self._down, across.reshape(-1, rows, columns))
        return smooth.reshape(field.shape)


def gaussian_matrix(size: int, sigma: float) -> Array:
    """The matrix `(size, size)` that smooths a vector by a Gaussian, zeros outside of it; symmetric, float64."""
    reach = max(size - 1, math.ceil(6 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    places = np.arange(size)
    smoothing: Array = kernel[reach + places - places[:, np.newaxis]]
    return smoothing
