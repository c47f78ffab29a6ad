"""Affine maps of images about their centre, as the map from a pixel of the result to its place in the original."""

from __future__ import annotations

import numpy as np

from bpcli.data.augmentation.hashing import Draw, uniforms
from bpcli.data.augmentation.section import Augmentation
from bpcli.nn.arrays import Array


def random_maps(section: Augmentation, seed: int, epoch: int, place: Array) -> Array:
    """A map `(N, 2, 3)` for the example at each place `(N,)`, each of its parts uniform within its bounds."""

    def between(draw: Draw, bound: float, count: int = 1) -> Array:
        if not bound:
            return np.zeros((len(place), count))
        return bound * (2 * uniforms(seed, draw, epoch, place, count) - 1)

    flip = section.horizontal_flip
    return inverse_maps(
        shift=between("shift", section.shift, 2),
        rotation=between("rotation", section.rotation)[:, 0],
        scale=1 + between("scale", section.scale)[:, 0],
        shear=between("shear", section.shear)[:, 0],
        flip=uniforms(seed, "horizontal_flip", epoch, place, 1)[:, 0] < flip if flip else np.zeros(len(place), bool),
    )


def inverse_maps(*, shift: Array, rotation: Array, scale: Array, shear: Array, flip: Array) -> Array:
    """Maps `(N, 2, 3)` from a place (row, column, 1) of the result to the (row, column) that it shows.

    Places are counted from the centre. An image is flipped, enlarged by `scale (N,)`, sheared (columns move by
    tan(shear) times their row), rotated anticlockwise, and at last shifted by `shift (N, 2)` rows and columns:

        q = R(rotation) · H(shear) · scale · F p + shift,  so  p = F · H⁻¹ · R⁻¹ (q - shift) / scale

    Angles `(N,)` are in degrees.
    """
    angle, slant = np.deg2rad(rotation), np.tan(np.deg2rad(shear))
    cos, sin = np.cos(angle) / scale, np.sin(angle) / scale
    mirror = np.where(flip, -1.0, 1.0)
    linear = np.stack([cos, sin, mirror * (-sin - slant * cos), mirror * (cos - slant * sin)], axis=1).reshape(-1, 2, 2)
    return np.concatenate([linear, -linear @ shift[:, :, np.newaxis]], axis=2)
