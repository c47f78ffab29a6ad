"""What a section asks for, done to a batch."""

from __future__ import annotations

from typing import Any

from bpcli.data.augmentation.affine import random_maps
from bpcli.data.augmentation.cutout import cut_out
from bpcli.data.augmentation.elastic import Elastic
from bpcli.data.augmentation.hashing import normals
from bpcli.data.augmentation.resample import Resampler
from bpcli.data.augmentation.section import Augmentation
from bpcli.nn.arrays import Array


class Augmenter:
    """Changes to single examples; all that move pixels are composed into one resampling."""

    def __init__(
        self,
        section: Augmentation,
        *,
        image_shape: tuple[int, int] | None,
        capacity: int,
        seed: int,
        dtype: Any,
    ) -> None:
        """`image_shape` is needed where `section.image_keys` has any; at most `capacity` examples come at once."""
        self.section, self.seed, self.image_shape = section, seed, image_shape
        self._resample: Resampler | None = None
        self._elastic: Elastic | None = None
        if image_shape is not None and section.moves_pixels:
            self._resample = Resampler(image_shape, capacity=capacity, dtype=dtype)
        if image_shape is not None and section.elastic_alpha:
            alpha, sigma = section.elastic_alpha, section.elastic_sigma
            self._elastic = Elastic(alpha, sigma, image_shape=image_shape, seed=seed, dtype=dtype)

    def change_images(self, images: Array, epoch: int, place: Array) -> None:
        """Overwrite raw floating `images (N, pixels)`, the examples at `place (N,)`, with changed ones."""
        section = self.section
        if self._resample is not None:
            maps = random_maps(section, self.seed, epoch, place)
            moved = self._elastic.displacements(epoch, place) if self._elastic else None
            self._resample(images, maps, moved, images)
        if section.cutout and self.image_shape is not None:
            cut_out(images, section.cutout, self.image_shape, seed=self.seed, epoch=epoch, place=place)

    def add_noise(self, X: Array, epoch: int, place: Array) -> None:
        """Add Gaussian noise to the scaled inputs `X (N, features)`, in place."""
        if self.section.noise:
            noise = normals(self.seed, "noise", epoch, place, X.shape[1], X.dtype)
            noise *= self.section.noise
            X += noise
