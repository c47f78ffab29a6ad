"""The sliding window: each update has the latest rows, and a resumed stream the same bits."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpcli.data.scaling import UNSCALED, Scaler
from bpcli.data.sources.stream import Stream
from bpcli.data.stream_batches import StreamBatches
from bpcli.data.targets import encode_targets
from bpcli.errors import DataError

MakeBatches = Callable[..., StreamBatches]

SCALER = Scaler(np.array([10.0]), np.array([0.5]))


@pytest.fixture
def batches(tmp_path: Path) -> MakeBatches:
    """The batches of a file with the given number of rows: x is the row's number from 0, y a hundred more."""

    def make(rows: int, *, scaler: Scaler = UNSCALED, encode: Any = True, **keys: Any) -> StreamBatches:
        path = tmp_path / "s.csv"
        path.write_text("x,y\n" + "".join(f"{row},{100 + row}\n" for row in range(rows)))
        stream = Stream(file=str(path), **keys)
        value = partial(encode_targets, encoding="value", classes=0, dtype=np.float32) if encode else None
        return StreamBatches(stream, stream.info(), encode=value, scaler=scaler, dtype=np.float32)

    return make


def updates(batches: StreamBatches) -> list[list[float]]:
    """The `x` of every update to the end of the stream; y is checked along."""
    seen: list[list[float]] = []
    for epoch in count():
        before = len(seen)
        for batch in batches.epoch(epoch):
            assert batch is not None
            X, T = batch
            assert (T - X == 100).all()
            seen.append(X[:, 0].tolist())
        if len(seen) == before:
            return seen
    raise AssertionError


def test_without_a_window_each_row_is_in_one_update(batches: MakeBatches) -> None:
    assert updates(batches(4)) == [[0], [1], [2], [3]]
    assert updates(batches(5, batch_size=2)) == [[0, 1], [2, 3], [4]]


def test_a_window_slides_over_the_rows(batches: MakeBatches) -> None:
    assert updates(batches(5, window=3)) == [[0], [0, 1], [0, 1, 2], [1, 2, 3], [2, 3, 4]]
    assert updates(batches(7, batch_size=2, window=3)) == [[0, 1], [1, 2, 3], [3, 4, 5], [4, 5, 6]]


def test_the_new_rows_are_the_last_of_an_update(batches: MakeBatches) -> None:
    stream = batches(5, batch_size=2, window=4)
    new = [(X[-stream.new_rows :, 0].tolist()) for X, _ in stream.epoch(0)]  # type: ignore[misc]
    assert new == [[0, 1], [2, 3], [4]]


def test_an_epoch_is_a_stretch_of_rows_in_whole_updates(batches: MakeBatches) -> None:
    stream = batches(10, batch_size=2, epoch_size=3)
    assert len(stream) == 2
    assert [len(list(stream.epoch(epoch))) for epoch in range(4)] == [2, 2, 1, 0]
    assert [len(list(batches(10, epoch_size=4).epoch(0, skip=3)))] == [1]


def test_rows_are_scaled_and_rounded_to_the_network(batches: MakeBatches) -> None:
    X, T = next(iter(batches(3, batch_size=3, scaler=SCALER).epoch(0)))  # type: ignore[misc]
    assert (X.dtype, T.dtype) == (np.float32, np.float32)
    assert X.tolist() == [[-5], [-4.5], [-4]]


def test_without_an_encoding_the_targets_are_the_inputs(batches: MakeBatches) -> None:
    for X, T in batches(4, window=2, encode=False).epoch(0):  # type: ignore[misc]
        assert T is X


@pytest.mark.parametrize("keys", [{}, {"window": 3}, {"batch_size": 2}, {"batch_size": 2, "window": 5}])
@pytest.mark.parametrize("done", range(6))
def test_resumed_after_any_update_the_next_ones_are_the_same(
    batches: MakeBatches, keys: dict[str, int], done: int
) -> None:
    straight = updates(batches(11, **keys))
    resumed = batches(11, **keys)
    resumed.go_to(done * keys.get("batch_size", 1))
    assert updates(resumed) == straight[done:]


def test_the_window_always_begins_at_the_same_alignment(batches: MakeBatches) -> None:
    """The bits of a product may depend on it, and a resumed stream must have the same."""
    stream = batches(9, window=4)
    assert {X.ctypes.data % 64 for X, _ in stream.epoch(0)} == {0}  # type: ignore[misc]


def test_rows_added_to_a_file_are_found_after_the_end(batches: MakeBatches) -> None:
    stream = batches(3, batch_size=2)
    assert len(updates(stream)) == 2
    with open(stream.stream.file, "a", encoding="utf-8") as file:
        file.write("3,103\n4,104\n")
    stream.go_to(3)
    assert updates(stream) == [[3, 4]]


def test_a_file_that_has_shrunk_is_refused(batches: MakeBatches) -> None:
    with pytest.raises(DataError, match="has 3 rows, but 4 have been learnt from"):
        batches(3).go_to(4)


def test_a_stream_of_no_rows_is_refused(batches: MakeBatches) -> None:
    with pytest.raises(DataError, match="has a header, but no rows"):
        next(batches(0).epoch(0))
