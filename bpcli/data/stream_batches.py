"""The updates of a stream: a sliding window over its rows."""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from bpcli.data.batches import Batch
from bpcli.data.dataset import DataInfo
from bpcli.data.scaling import Scaler
from bpcli.data.sources.csv_lines import place_of
from bpcli.data.sources.stream import Row, Stream
from bpcli.data.targets import no_labels
from bpcli.errors import DataError
from bpcli.nn.arrays import Array, zeros

UNKNOWN = hashlib.sha256().hexdigest()
"""The digest of no rows, which is all there is of those that a pipe had brought before it was left."""


class StreamBatches:
    """One batch an update: the last `window` rows, of which the newest, `new_rows` of them, have not been seen before.

    Unlike the batches of a split these are read once: an epoch goes on where the one before it ended.
    """

    examples = None
    """of how many there will be, and of which, nothing is known"""

    def __init__(
        self, stream: Stream, info: DataInfo, *, encode: Callable[[Array], Array] | None, scaler: Scaler, dtype: Any
    ) -> None:
        """`encode` turns targets `y` into those of the loss; None: the targets are the inputs."""
        self.stream, self.scaler, self._encode = stream, scaler, encode
        self.batch_size = max(stream.window or 0, stream.batch_size)
        """examples of an update, once the window is full"""
        self.new_rows = 0
        """at the end of the last batch"""
        self._rows: Iterator[Row | None] | None = None
        self._window, self._spare = (_Window(self.batch_size, info, encode, dtype) for _ in range(2))
        self._held = 0
        self._learned: hashlib._Hash | None = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Digest of all rows that have been learned from, in their order; `UNKNOWN` where it cannot be had."""
        return self._learned.hexdigest() if self._learned else UNKNOWN

    def __len__(self) -> int:
        """Updates in an epoch; the last epoch may have fewer."""
        return min(self.stream.steps_per_epoch, sys.maxsize)  # which `len` can say, and no stream reaches

    def count_new(self, X: Array) -> int:
        """Return how many rows of the last batch, those at its end, have not been learned from."""
        return self.new_rows

    def epoch(self, epoch: int, *, skip: int = 0) -> Iterator[Batch | None]:
        """The updates of the next epoch, without the first `skip`; None while rows are waited for.

        Valid until the next batch. None at all where the stream has ended.
        """
        for _ in range(skip, len(self)):
            arrived: list[Row] = []
            for row in self._unread():
                if row is None:
                    yield None
                    continue
                arrived.append(row)
                if len(arrived) == self.stream.batch_size:
                    break
            if not arrived and not self._held:
                raise DataError(f"{place_of(self.stream.file)} has a header, but no rows")
            if not arrived:
                return
            self._count_as_learned(arrived)
            yield self._slide(arrived)

    def go_to(self, position: int) -> None:
        """Go on after the first `position` rows, with the window that stood there.

        Rows of a pipe cannot be read again: the next are those that arrive, and the window fills anew. Raises DataError
        for a file with fewer rows.
        """
        self._rows, self._held, self._learned = None, 0, hashlib.sha256()
        if not self.stream.can_be_read_again:
            self._learned = None if position else self._learned
            return
        latest: deque[Row] = deque(maxlen=self.batch_size)
        for count in range(position):
            row = next(self._unread(), None)
            if row is None:
                raise DataError(
                    f"{place_of(self.stream.file)} has {count} rows, but {position} have been learnt from: "
                    "give the file they came from, with new rows at its end"
                )
            latest.append(row)
            self._count_as_learned([row])
        if latest:
            self._slide(list(latest))

    def _unread(self) -> Iterator[Row | None]:
        if self._rows is None:
            self._rows = self.stream.rows()
        return self._rows

    def _count_as_learned(self, rows: list[Row]) -> None:
        if self._learned is not None:
            for x, y in rows:
                self._learned.update(array("d", x + (y if isinstance(y, list) else [y])))

    def _slide(self, arrived: list[Row]) -> Batch:
        """Drop the oldest rows, add the new ones.

        The window moves between two buffers, so that it always begins where a buffer does: equal rows, equal bits.
        """
        new = len(arrived)
        kept = min(self._held, self.batch_size - new) if self.stream.window else 0
        total = kept + new
        then, now = self._window, self._spare
        now.X[:kept], now.T[:kept] = then.X[self._held - kept : self._held], then.T[self._held - kept : self._held]
        self.scaler.apply(np.array([row.x for row in arrived], np.float64), now.X[kept:total])
        if self._encode is not None:
            now.T[kept:total] = self._encode(_targets(arrived))
        self._window, self._spare, self._held, self.new_rows = now, then, total, new
        X = now.X[:total]
        return X, X if now.T is now.X else now.T[:total]


class _Window:
    """The inputs `X (window, features)` and targets `T`; where the targets are the inputs, T is X."""

    def __init__(self, rows: int, info: DataInfo, encode: Callable[[Array], Array] | None, dtype: Any) -> None:
        self.X = self.T = zeros((rows, info.features), dtype)
        if encode is not None:
            none = encode(no_labels(info))
            self.T = zeros((rows, *none.shape[1:]), none.dtype)


def _targets(rows: list[Row]) -> Array:
    """Class indices `(N,)`, or numbers `(N, targets)`."""
    y = np.array([row.y for row in rows])
    return y.astype(np.intp) if y.ndim == 1 else y.astype(np.float64)
