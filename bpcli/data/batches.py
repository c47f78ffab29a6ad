"""Mini-batches of a split, gathered and scaled into buffers that are allocated once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from bpcli.data.dataset import Examples
from bpcli.data.scaling import Scaler
from bpcli.nn.arrays import Array, zeros
from bpcli.nn.randomness import generator

Batch = tuple[Array, Array]
"""`X (N, features)`, scaled, and its targets `T (N,)` or `(N, K)`; both valid until the next batch."""


class Batches:
    """The batches of one split; those of an epoch are a pure function of (seed, epoch).

    Bytes stay bytes until a batch is gathered; other data are scaled once, here.
    """

    def __init__(
        self,
        examples: Examples,
        *,
        encode: Callable[[Array], Array],
        scaler: Scaler,
        batch_size: int,
        shuffle: bool,
        seed: int,
        dtype: Any,
    ) -> None:
        """`encode` turns the labels `y` of the split into its targets `T`."""
        self.examples, self.shuffle, self.seed, self.scaler = examples, shuffle, seed, scaler
        self.batch_size = min(batch_size, len(examples))
        rows = np.arange(len(examples.x)) if examples.rows is None else examples.rows
        self._gathers_bytes = examples.x.dtype == np.uint8
        if self._gathers_bytes:
            self._x, self._rows = examples.x, rows
        else:
            self._x, self._rows = zeros((len(rows), examples.x.shape[1]), dtype), np.arange(len(rows))
            scaler.apply(examples.x[rows], self._x)
        self._targets = encode(examples.y[rows])
        self._X = zeros((self.batch_size, examples.x.shape[1]), dtype)
        self._T = zeros((self.batch_size, *self._targets.shape[1:]), self._targets.dtype)
        self._raw = zeros(self._X.shape, np.uint8) if self._gathers_bytes else self._X
        self._whole: Batch | None = None

    def __len__(self) -> int:
        """Batches in an epoch, the short last one included."""
        return -(-len(self.examples) // self.batch_size)

    def epoch(self, epoch: int, *, skip: int = 0) -> Iterator[Batch]:
        """The batches of epoch number `epoch` (from 0), without the first `skip`.

        One batch that holds the whole split is gathered once for all epochs, in its own order.
        """
        if len(self) == 1:
            self._whole = self._whole or self._gather(np.arange(len(self.examples)))
            yield from [self._whole][skip:]
            return
        order = np.arange(len(self.examples))
        if self.shuffle:
            generator(self.seed, "order", epoch).shuffle(order)
        for start in range(skip * self.batch_size, len(order), self.batch_size):
            yield self._gather(order[start : start + self.batch_size])

    def _gather(self, chosen: Array) -> Batch:
        """The examples at these places of the split."""
        n = len(chosen)
        X, T, raw = self._X[:n], self._T[:n], self._raw[:n]
        np.take(self._x, self._rows[chosen], axis=0, out=raw, mode="clip")
        np.take(self._targets, chosen, axis=0, out=T, mode="clip")
        if self._gathers_bytes:
            self.scaler.apply(raw, X)
        return X, T
