"""Mini-batches of a split, gathered and scaled into buffers that are allocated once."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np

from bpcli.data.augmentation.augmenter import Augmenter
from bpcli.data.augmentation.mixup import blend, draw_mixup
from bpcli.data.augmentation.section import Augmentation
from bpcli.data.dataset import Examples
from bpcli.data.sampling import Sampler, Sampling
from bpcli.data.scaling import Scaler
from bpcli.nn.arrays import Array, zeros
from bpcli.nn.randomness import generator

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


Batch = tuple[Array, Array]
"""`X (N, features)`, scaled, and its targets `T (N,)` or `(N, K)`; both valid until the next batch, and not to be
written to: where the targets are the inputs, T is X."""


class Batches:
    """The batches of one split; those of an epoch are a pure function of (seed, epoch)."""

    def __init__(
        self,
        examples: Examples,
        *,
        encode: Callable[[Array], Array] | None,
        scaler: Scaler,
        batch_size: int | Literal["full"],
        shuffle: bool,
        seed: int,
        dtype: Any,
        sampling: Sampling = "none",
        augmentation: Augmentation | None = None,
        image_shape: tuple[int, int] | None = None,
    ) -> None:
        """`encode` turns the labels `y` of the split into its targets `T`; None: the targets are the inputs.

        `sampling` needs labels, and mixup targets that are numbers.
        """
        self.examples, self.shuffle, self.seed, self.scaler = examples, shuffle, seed, scaler
        labels = examples.targets
        self._sampler = Sampler(labels, sampling)
        self.batch_size = self._sampler.size if batch_size == "full" else min(batch_size, self._sampler.size)
        self._mixup = augmentation.mixup if augmentation else 0.0
        self._is_constant = sampling == "none" and augmentation is None
        capacity = self.batch_size
        augmenter = None
        if augmentation is not None:
            augmenter = Augmenter(augmentation, image_shape=image_shape, capacity=capacity, seed=seed, dtype=dtype)
        self._inputs = Inputs(examples, scaler=scaler, augmenter=augmenter, batch_size=self.batch_size, dtype=dtype)
        self._targets = None if encode is None else encode(labels)
        self._at_once = self._inputs.batches_at_once * self.batch_size
        self._T = self._target_buffer(self._at_once)
        if self._mixup:
            self._partners, self._partner_T = self._inputs.apart(), self._target_buffer(self.batch_size)
        self._whole: Batch | None = None

    def __len__(self) -> int:
        """Batches in an epoch, the short last one included."""
        return -(-self._sampler.size // self.batch_size)

    def count_new(self, X: Array) -> int:
        """Return how many examples of a batch have not been learned from in this epoch: all."""
        return len(X)

    def epoch(self, epoch: int, *, skip: int = 0) -> Iterator[Batch]:
        """The batches of epoch number `epoch` (from 0), without the first `skip`.

        One batch that holds the whole split is in the order of the data, and gathered once for all epochs where none
        changes it. Raises DataError where the examples are in a file that has been cut.
        """
        self.examples.require_whole()
        if len(self) == 1 and self._is_constant:
            every = np.arange(len(self.examples))
            self._whole = self._whole or next(self._gathered(epoch, every, every, every))
            yield from [self._whole][skip:]
            return
        sample = self._sampler.sample(generator(self.seed, "sampling", epoch))
        order = sample.copy()
        if self.shuffle and len(self) > 1:
            generator(self.seed, "order", epoch).shuffle(order)
        place = order if self._sampler.sampling == "none" else order + len(self.examples) * _repetitions(order)
        skipped = skip * self.batch_size
        first = skipped - skipped % self._at_once  # where a batch lies in memory does not depend on what is skipped
        for start in range(first, len(order), self._at_once):
            stretch = slice(start, start + self._at_once)
            yield from self._gathered(epoch, order[stretch], place[stretch], sample, skip=max(skipped - start, 0))

    def _gathered(self, epoch: int, chosen: Array, place: Array, sample: Array, *, skip: int = 0) -> Iterator[Batch]:
        """The batches of the examples `chosen`, each changed as its `place` says, without the first `skip` examples.

        `sample` holds the examples of the epoch.
        """
        self._inputs.gather(chosen)
        targets = self._take_targets(chosen, self._T)
        for start in range(skip, len(chosen), self.batch_size):
            rows = slice(start, min(start + self.batch_size, len(chosen)))
            X = self._inputs.batch(rows, epoch=epoch, place=place[rows])
            T = X if targets is None else targets[rows]
            if self._mixup:
                self._mix(X, T, epoch, place[rows], sample)
            yield X, T

    def _mix(self, X: Array, T: Array, epoch: int, place: Array, sample: Array) -> None:
        """Blend each example with another of the epoch's."""
        share, partner = draw_mixup(self._mixup, sample, seed=self.seed, epoch=epoch, place=place)
        self._partners.gather(partner)
        blend(X, self._partners.batch(slice(len(partner)), epoch=epoch, place=partner), share)
        targets = self._take_targets(partner, self._partner_T)
        if targets is not None:
            blend(T, targets, share)

    def _take_targets(self, chosen: Array, buffer: Array | None) -> Array | None:
        """None: the targets are the inputs."""
        if self._targets is None or buffer is None:
            return None
        return np.take(self._targets, chosen, axis=0, out=buffer[: len(chosen)], mode="clip")

    def _target_buffer(self, count: int) -> Array | None:
        if self._targets is None:
            return None
        return zeros((count, *self._targets.shape[1:]), self._targets.dtype)


def _repetitions(order: Array) -> Array:
    """How often each entry of `order (N,)` stands before it, so that an example that repeats is changed anew."""
    by_value = np.argsort(order, kind="stable")
    ranked = order[by_value]
    counts = np.empty_like(order)
    counts[by_value] = np.arange(len(order)) - np.searchsorted(ranked, ranked)
    return counts
