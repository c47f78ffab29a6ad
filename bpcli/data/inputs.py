"""The inputs of a split as the network sees them: gathered, augmented, scaled."""

from __future__ import annotations

from typing import Any

import numpy as np

from bpcli.data.augmentation.augmenter import Augmenter
from bpcli.data.dataset import Examples
from bpcli.data.scaling import Scaler
from bpcli.nn.arrays import Array, zeros


class Inputs:
    """Fills buffers with examples.

    Bytes stay bytes until they are gathered; other data are scaled once, here, unless their raw values are augmented.
    """

    def __init__(
        self, examples: Examples, *, scaler: Scaler, augmenter: Augmenter | None, capacity: int, dtype: Any
    ) -> None:
        """`fill` takes at most `capacity` examples at once."""
        self.scaler, self.augmenter = scaler, augmenter
        self._changes_images = augmenter is not None and bool(augmenter.section.image_keys)
        rows = np.arange(len(examples.x)) if examples.rows is None else examples.rows
        self._is_raw = self._changes_images or examples.x.dtype == np.uint8
        if self._is_raw:
            self._x, self._rows = examples.x, rows
            self._raw = zeros((capacity, examples.x.shape[1]), examples.x.dtype)
        else:
            self._x, self._rows = zeros((len(rows), examples.x.shape[1]), dtype), np.arange(len(rows))
            scaler.apply(examples.x[rows], self._x)
        self._images = zeros(self._raw.shape, dtype) if self._changes_images else None

    def fill(self, X: Array, chosen: Array, *, epoch: int, place: Array) -> None:
        """Fill `X (N, features)` with the examples `chosen (N,)`, changed as `epoch` and `place (N,)` say."""
        if self._is_raw:
            raw = self._raw[: len(X)]
            np.take(self._x, self._rows[chosen], axis=0, out=raw, mode="clip")
            if self._images is not None and self.augmenter is not None:
                images = self._images[: len(X)]
                np.copyto(images, raw, casting="same_kind")
                self.augmenter.change_images(images, epoch, place)
                raw = images
            self.scaler.apply(raw, X)
        else:
            np.take(self._x, self._rows[chosen], axis=0, out=X, mode="clip")
        if self.augmenter is not None:
            self.augmenter.add_noise(X, epoch, place)
