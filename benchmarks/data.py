"""What the peers learn from: real MNIST where it is at hand, images like it where it is not, and points."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bpcli.data.sources.idx import read_pair

POINTS = 40_000
IMAGES = 60_000


def points() -> tuple[np.ndarray, np.ndarray]:
    """`x (N, 2)` float32 in [-1, 1], and classes: whether the signs differ, which is XOR."""
    x = np.random.default_rng(0).uniform(-1, 1, (POINTS, 2)).astype(np.float32)
    return x, (x[:, 0] * x[:, 1] < 0).astype(np.intp)


def images(folder: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """`x (N, 784)` bytes and classes: the training images of MNIST in `folder`, or generated ones."""
    if folder is None:
        return generated_images()
    x, y = read_pair(
        folder / "train-images-idx3-ubyte.gz", folder / "train-labels-idx1-ubyte.gz", image_shape=(28, 28), classes=10
    )
    return x.reshape(len(x), -1), y.astype(np.intp)


def generated_images() -> tuple[np.ndarray, np.ndarray]:
    """Ten blurred shapes under noise, lit as MNIST is: a pixel is lit the more rarely the farther from the middle.

    Of MNIST's 784 pixels 67 are never lit, and 168 in less than one image of a thousand; those are what makes
    velocities decay to subnormal numbers.
    """
    rng = np.random.default_rng(0)
    row, column = np.mgrid[:28, :28] - 13.5
    lit = np.exp(-((np.hypot(row, column) / 8.5) ** 4)).ravel()
    lit[lit < 1e-5] = 0
    shapes = rng.uniform(0, 1, (10, 784))
    y = rng.integers(0, 10, IMAGES)
    x = np.zeros((IMAGES, 784), np.uint8)
    for start in range(0, IMAGES, 5000):
        block = slice(start, start + 5000)
        chance = rng.random((len(x[block]), 784)) < lit * (0.2 + 0.6 * shapes[y[block]])
        x[block] = chance * rng.integers(1, 256, chance.shape)
    return x, y.astype(np.intp)


def unit(x: np.ndarray) -> np.ndarray:
    """float32, bytes / 255."""
    return x.astype(np.float32) / np.float32(255) if x.dtype == np.uint8 else x
