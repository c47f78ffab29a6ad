"""Mini-batches of a split, gathered and scaled into buffers that are allocated once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np

from bpcli.data.augmentation.augmenter import Augmenter
from bpcli.data.augmentation.mixup import blend, draw_mixup
from bpcli.data.augmentation.section import Augmentation
from bpcli.data.dataset import Examples
from bpcli.data.inputs import Inputs
from bpcli.data.sampling import Sampler, Sampling
from bpcli.data.scaling import Scaler
from bpcli.nn.arrays import Array, zeros
from bpcli.nn.randomness import generator

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
        self._inputs = Inputs(examples, scaler=scaler, augmenter=augmenter, capacity=capacity, dtype=dtype)
        self._X = zeros((capacity, examples.x.shape[1]), dtype)
        self._targets = None if encode is None else encode(labels)
        self._T = self._target_buffer()
        if self._mixup:
            self._partners = zeros(self._X.shape, dtype), self._target_buffer()
        self._whole: Batch | None = None

    def __len__(self) -> int:
        """Batches in an epoch, the short last one included."""
        return -(-self._sampler.size // self.batch_size)

    def epoch(self, epoch: int, *, skip: int = 0) -> Iterator[Batch]:
        """The batches of epoch number `epoch` (from 0), without the first `skip`.

        One batch that holds the whole split is in the order of the data, and gathered once for all epochs where none
        changes it.
        """
        if len(self) == 1 and self._is_constant:
            every = np.arange(len(self.examples))
            self._whole = self._whole or self._gather(epoch, every, every, every)
            yield from [self._whole][skip:]
            return
        sample = self._sampler.sample(generator(self.seed, "sampling", epoch))
        order = sample.copy()
        if self.shuffle and len(self) > 1:
            generator(self.seed, "order", epoch).shuffle(order)
        place = order if self._sampler.sampling == "none" else order + len(self.examples) * _repetitions(order)
        for start in range(skip * self.batch_size, len(order), self.batch_size):
            batch = slice(start, start + self.batch_size)
            yield self._gather(epoch, order[batch], place[batch], sample)

    def _gather(self, epoch: int, chosen: Array, place: Array, sample: Array) -> Batch:
        """The examples `chosen`, each changed as its `place` says; `sample` holds the examples of the epoch."""
        X, T = self._fill(self._X, self._T, epoch, chosen, place)
        if self._mixup:
            share, partner = draw_mixup(self._mixup, sample, seed=self.seed, epoch=epoch, place=place)
            for mine, other in zip((X, T), self._fill(*self._partners, epoch, partner, partner), strict=True):
                blend(mine, other, share)
        return X, T

    def _fill(self, X: Array, T: Array, epoch: int, chosen: Array, place: Array) -> Batch:
        """The first rows of both buffers, filled."""
        X, T = X[: len(chosen)], T[: len(chosen)]
        self._inputs.fill(X, chosen, epoch=epoch, place=place)
        if self._targets is None:
            return X, X
        np.take(self._targets, chosen, axis=0, out=T, mode="clip")
        return X, T

    def _target_buffer(self) -> Array:
        if self._targets is None:
            return self._X
        return zeros((self.batch_size, *self._targets.shape[1:]), self._targets.dtype)


def _repetitions(order: Array) -> Array:
    """How often each entry of `order (N,)` stands before it, so that an example that repeats is changed anew."""
    by_value = np.argsort(order, kind="stable")
    ranked = order[by_value]
    counts = np.empty_like(order)
    counts[by_value] = np.arange(len(order)) - np.searchsorted(ranked, ranked)
    return counts
