"""Mini-batches: every example once an epoch, in an order that (seed, epoch) decides."""

from __future__ import annotations

from functools import partial
from itertools import chain

import numpy as np
import pytest

from bpcli.data.batches import Batches
from bpcli.data.dataset import Examples
from bpcli.data.scaling import fit_scaler
from bpcli.data.targets import encode_targets

ROWS = np.array([1, 2, 3, 5, 8, 9, 10, 11, 12, 13, 15])


def make(x: np.ndarray, *, batch_size: int = 4, shuffle: bool = True, scale: str = "none", seed: int = 0) -> Batches:
    examples = Examples(x, np.arange(len(x)), ROWS)
    return Batches(
        examples,
        encode=partial(encode_targets, encoding="index", classes=len(x), dtype=np.float32),
        scaler=fit_scaler(scale, examples, np.float32),  # type: ignore[arg-type]
        batch_size=batch_size,
        shuffle=shuffle,
        seed=seed,
        dtype=np.float32,
    )


BYTES = (np.arange(32).reshape(16, 2) * 7).astype(np.uint8)
NUMBERS = np.random.default_rng(0).standard_normal((16, 2))


def taken(batches: Batches, epoch: int, skip: int = 0) -> list[list[int]]:
    """The labels, which here are the row numbers, of each batch."""
    return [T.tolist() for _, T in batches.epoch(epoch, skip=skip)]


@pytest.mark.parametrize("x", [BYTES, NUMBERS], ids=["bytes", "numbers"])
def test_an_epoch_is_every_row_of_the_split_once_with_a_short_last_batch(x: np.ndarray) -> None:
    batches = make(x)
    epoch = taken(batches, 0)
    assert [len(batch) for batch in epoch] == [4, 4, 3]
    assert len(batches) == 3
    assert sorted(chain(*epoch)) == ROWS.tolist()


@pytest.mark.parametrize("x", [BYTES, NUMBERS], ids=["bytes", "numbers"])
@pytest.mark.parametrize("scale", ["none", "unit", "standard"])
def test_inputs_belong_to_their_targets_and_are_scaled(x: np.ndarray, scale: str) -> None:
    batches = make(x, scale=scale)
    for X, T in batches.epoch(3):
        assert X.dtype == np.float32
        expected = (x[T] - batches.scaler.shift) * batches.scaler.factor
        np.testing.assert_allclose(X, expected, rtol=1e-6, atol=1e-6)


def test_the_order_is_a_pure_function_of_seed_and_epoch() -> None:
    batches = make(BYTES)
    first = taken(batches, 5)
    taken(batches, 6)
    assert taken(batches, 5) == first == taken(make(BYTES), 5)
    assert taken(batches, 6) != first
    assert taken(make(BYTES, seed=1), 5) != first


@pytest.mark.parametrize("skip", range(4))
def test_skipping_leaves_out_the_first_batches_and_changes_nothing_else(skip: int) -> None:
    batches = make(BYTES)
    assert taken(batches, 2, skip) == taken(batches, 2)[skip:]


def test_without_shuffling_the_order_is_that_of_the_data() -> None:
    assert list(chain(*taken(make(BYTES, shuffle=False), 9))) == ROWS.tolist()


@pytest.mark.parametrize("size", [len(ROWS), 1000])
def test_a_batch_of_everything_is_gathered_once_in_the_order_of_the_data(size: int) -> None:
    batches = make(NUMBERS, batch_size=size)
    assert taken(batches, 0) == taken(batches, 7) == [ROWS.tolist()]
    assert taken(batches, 0, skip=1) == []
    (first,), (second,) = batches.epoch(0), batches.epoch(1)
    assert first[0] is second[0]


def test_bytes_are_not_copied_for_the_whole_split() -> None:
    batches = make(BYTES)
    assert batches._inputs._x is BYTES
    assert batches._X.nbytes < BYTES.nbytes * 4
