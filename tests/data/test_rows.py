"""Hashes of rows: the same row has the same one wherever it comes from, and another row another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpcli.data import rows
from bpcli.data.dataset import DataInfo, Examples
from bpcli.data.rows import BLOOM_WORDS, LearnedRows, row_hashes
from bpcli.data.sources import Csv, Npz

NAMES = ("cat", "dog", "eel")
SMALL = np.arange(24.0).reshape(4, 6) * 10
NUMBERS = np.array([[0.0, 0.5, -1.0], [1e300, 256.0, 3.0], [0.1, 0.2, 0.3], [1.0, 2.0, 3.5]])


def hashes(
    x: np.ndarray, y: Any = (0, 1, 2, 0), names: tuple[str, ...] = NAMES, *, reconstructs: bool = False
) -> list[int]:
    info = DataInfo(x.shape[1], class_names=names)
    return row_hashes(Examples(x, np.array(y)), info, reconstructs=reconstructs).tolist()


@pytest.mark.parametrize("dtype", [np.uint8, np.float16, np.float32, np.float64])
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_row_of_small_whole_numbers_hashes_the_same_in_every_type(dtype: Any, order: Any) -> None:
    assert hashes(np.asarray(SMALL, dtype, order=order)) == hashes(SMALL)
    assert len(set(hashes(SMALL))) == 4


def test_a_row_of_other_numbers_hashes_by_its_values() -> None:
    exact = np.float32([[0.5, -2.25, 1e10]])
    assert hashes(exact, [0]) == hashes(exact.astype(np.float64), [0])
    assert hashes(-0.0 * NUMBERS) == hashes(0.0 * NUMBERS)
    assert len(set(hashes(NUMBERS))) == 4


def test_a_row_hashes_the_same_alone_in_another_order_and_as_a_part_of_a_table() -> None:
    y = np.array([0, 1, 2, 0])
    info = DataInfo(3, class_names=NAMES)
    part = row_hashes(Examples(NUMBERS, y, np.array([1, 3])), info, reconstructs=False).tolist()
    assert part == [hashes(NUMBERS)[i] for i in (1, 3)]
    assert hashes(NUMBERS[::-1], y[::-1]) == hashes(NUMBERS)[::-1]


def test_rows_that_are_cut_into_blocks_hash_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(0).standard_normal((50, 7))
    whole = hashes(x, np.zeros(50, int))
    monkeypatch.setattr(rows, "WORDS_AT_ONCE", 14)
    assert hashes(x, np.zeros(50, int)) == whole


def test_a_class_counts_by_its_name_and_not_by_its_number() -> None:
    assert hashes(NUMBERS, [0, 1, 2, 0]) == hashes(NUMBERS, [2, 0, 1, 2], ("dog", "eel", "cat"))
    assert hashes(NUMBERS, [0, 1, 2, 0])[1] != hashes(NUMBERS, [0, 2, 2, 0])[1]


def test_numbers_to_predict_count_unless_the_inputs_are_the_targets() -> None:
    y = np.array([[0.5], [1.5], [2.5], [3.5]])
    info = DataInfo(3)

    def of(targets: np.ndarray, *, reconstructs: bool = False) -> list[int]:
        return row_hashes(Examples(NUMBERS, targets), info, reconstructs=reconstructs).tolist()

    assert of(y) == of(y.astype(np.float32))
    assert not set(of(y)) & set(of(y + 1))
    assert of(y, reconstructs=True) == of(y + 1, reconstructs=True)


def test_of_several_target_columns_those_of_classes_count_by_name() -> None:
    def of(y: list[list[float]], names: tuple[str, ...]) -> list[int]:
        info = DataInfo(3, targets=2, target_names=("a", "b"), target_classes=(names, ()))
        return row_hashes(Examples(NUMBERS[:2], np.array(y)), info, reconstructs=False).tolist()

    assert of([[0, 0.5], [1, 0.5]], ("x", "y")) == of([[1, 0.5], [0, 0.5]], ("y", "x"))
    assert of([[0, 0.5], [1, 0.5]], ("x", "y")) != of([[0, 0.25], [1, 0.5]], ("x", "y"))


@pytest.mark.parametrize("step", [1.0, 0.1, 2.0**40])
def test_a_million_rows_that_differ_little_have_as_many_hashes(step: float) -> None:
    """Small whole numbers end in many zero bits as float64, and their order or place must not cancel."""
    a, b = np.divmod(np.arange(1_000_000), 1000)
    x = np.stack([a, b], axis=1) * step
    assert len(np.unique(hashes(x, np.zeros(len(x), int)))) == len(x)


def test_half_of_the_bits_change_with_one_bit_of_a_row() -> None:
    x = np.zeros((1, 64), np.uint8)
    changed = np.repeat(x, 512, axis=0)
    changed[np.arange(512), np.arange(512) // 8] = 1 << (np.arange(512) % 8)
    (first,) = hashes(x, [0])
    flipped = np.bitwise_count(np.array(hashes(changed, np.zeros(512, int)), np.uint64) ^ np.uint64(first))
    assert 30 < flipped.mean() < 34


def test_a_row_hashes_the_same_from_csv_as_from_npz(tmp_path: Path) -> None:
    y = np.array(["cat", "dog", "eel", "cat"])
    np.savez(tmp_path / "t.npz", x=SMALL.astype(np.uint8), y=y)
    lines = [",".join([*map(str, row), name]) for row, name in zip(SMALL.tolist(), y, strict=True)]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    found = []
    for source in (
        Npz(file=str(tmp_path / "t.npz"), test_fraction=0),
        Csv(file=str(tmp_path / "t.csv"), test_fraction=0),
    ):
        data = source.load(0)
        found.append(row_hashes(data.train, data.info, reconstructs=False).tolist())
    assert found[0] == found[1]


def drawn(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2**64, count, dtype=np.uint64)


def test_learned_rows_are_counted_each_time_they_appear() -> None:
    learned = LearnedRows.of(np.array([5, 3, 5, 2**64 - 1], np.uint64))
    assert learned.words.tolist() == [3, 5, 2**64 - 1]
    assert learned.count(np.array([5, 5, 4, 2**64 - 1], np.uint64)) == (3, True)
    assert learned.count(np.array([], np.uint64)) == (0, True)


def test_a_union_has_the_rows_of_both() -> None:
    a, b = drawn(100, 1), drawn(100, 2)
    both = LearnedRows.of(a).union(LearnedRows.of(np.concatenate([b, a[:10]])))
    assert both.words.tolist() == sorted([*a.tolist(), *b.tolist()])


def test_many_rows_become_a_filter_that_misses_none_and_estimates_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_HASHES", 1000)
    learned = drawn(3_000_000, 1)
    many = LearnedRows.of(learned)
    assert (many.is_bloom, many.words.nbytes) == (True, 16 * 2**20)
    assert many.count(learned[:10_000]) == (10_000, False)
    assert many.count(drawn(10_000, 2)) == (0, False), "what chance gives is none"
    rows_, exact = many.count(np.concatenate([learned[:5000], drawn(100_000, 3)]))
    assert not exact
    assert rows_ == pytest.approx(5000, abs=100)


def test_a_filter_is_joined_with_hashes_and_with_another_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = drawn(3000, 1), drawn(500, 2)
    monkeypatch.setattr(rows, "MOST_HASHES", 3500)
    expected = LearnedRows.of(a), LearnedRows.of(b)
    monkeypatch.setattr(rows, "MOST_HASHES", 1000)
    whole = LearnedRows.of(np.concatenate([a, b]))
    few, many = expected[1], LearnedRows.of(a)
    assert whole.is_bloom
    assert many.is_bloom
    assert not few.is_bloom
    for union in (many.union(few), few.union(many), many.union(whole), expected[0].union(few)):
        assert union.words.tobytes() == whole.words.tobytes()


@pytest.mark.parametrize(
    ("words", "is_bloom"),
    [(np.zeros(3), False), (np.zeros((2, 2), np.uint64), False), (np.zeros(BLOOM_WORDS - 1, np.uint64), True)],
)
def test_what_are_no_learned_rows_is_refused(words: np.ndarray, is_bloom: bool) -> None:
    with pytest.raises(ValueError, match="the learned rows"):
        LearnedRows(words, is_bloom=is_bloom)
