"""The inputs of a split as the network sees them: gathered, augmented, scaled."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from bpcli.data.augmentation.augmenter import Augmenter
from bpcli.data.dataset import Examples
from bpcli.data.scaling import Scaler
from bpcli.nn.arrays import Array, zeros

AT_ONCE = 2**17
"""Bytes of several small batches that are gathered in one call, which costs as much as the step of a small network."""


class Inputs:
    """Examples brought together for some batches, and made into the inputs of one after the other.

    Bytes stay bytes until their batch is made; other data are scaled once, here, unless their raw values are augmented.
    """

    def __init__(
        self, examples: Examples, *, scaler: Scaler, augmenter: Augmenter | None, batch_size: int, dtype: Any
    ) -> None:
        self.scaler, self.augmenter = scaler, augmenter
        self._changes_images = augmenter is not None and bool(augmenter.section.image_keys)
        self._rows = examples.rows
        self._is_raw = self._changes_images or examples.x.dtype == np.uint8
        if self._is_raw:
            self._x = examples.x
        else:
            self._x = zeros((len(examples), examples.x.shape[1]), dtype)
            start = 0
            for block in examples.blocks():
                scaler.apply(block, self._x[start : start + len(block)])
                start += len(block)
            self._rows = None
        features = self._x.shape[1]
        room = AT_ONCE // (batch_size * features * self._x.dtype.itemsize) if augmenter is None else 1
        self.batches_at_once = min(max(room, 1), -(-len(examples) // batch_size))
        """which `gather` takes"""
        self._gathered = zeros((self.batches_at_once * batch_size, features), self._x.dtype)
        self._X = zeros((batch_size, features), dtype) if self._is_raw else None
        self._images = zeros((batch_size, features), dtype) if self._changes_images else None

    def apart(self) -> Inputs:
        """The same inputs, in buffers of their own."""
        other = copy.copy(self)
        other._gathered = zeros(self._gathered.shape, self._gathered.dtype)
        other._X = None if self._X is None else zeros(self._X.shape, self._X.dtype)
        return other

    def gather(self, chosen: Array) -> None:
        """Bring the examples `chosen` together, for `batch` to take from."""
        places = chosen if self._rows is None else self._rows[chosen]
        np.take(self._x, places, axis=0, out=self._gathered[: len(chosen)], mode="clip")

    def batch(self, rows: slice, *, epoch: int, place: Array) -> Array:
        """`X (N, features)`, scaled, of these `rows` of what was gathered, changed as `epoch` and `place (N,)` say."""
        X = self._gathered[rows]
        if self._X is not None:
            X = self._scaled(X, self._X[: len(X)], epoch, place)
        if self.augmenter is not None:
            self.augmenter.add_noise(X, epoch, place)
        return X

    def _scaled(self, raw: Array, X: Array, epoch: int, place: Array) -> Array:
        if self._images is not None and self.augmenter is not None:
            images = self._images[: len(X)]
            np.copyto(images, raw, casting="same_kind")
            self.augmenter.change_images(images, epoch, place)
            raw = images
        self.scaler.apply(raw, X)
        return X
