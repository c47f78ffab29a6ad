"""Scaling is affine, fitted in float64 on the training rows alone."""

import tracemalloc

import numpy as np
import pytest

from bpcli.data import dataset, scaling
from bpcli.data.batches import Inputs
from bpcli.data.dataset import Examples
from bpcli.data.scaling import Scale, fit_scaler
from bpcli.nn.arrays import Array

RNG = np.random.default_rng(0)
NUMBERS = RNG.normal([5, -300, 1e6], [1, 20, 3], (500, 3))
BYTES = RNG.integers(0, 200, (500, 4)).astype(np.uint8)


def scaled(scale: Scale, x: Array, *, rows: Array | None = None, dtype: type = np.float32) -> Array:
    out = np.empty(x.shape, dtype)
    fit_scaler(scale, Examples(x, np.zeros(len(x)), rows), dtype).apply(x, out)
    return out


def test_none_leaves_everything_as_it_is() -> None:
    assert (scaled("none", BYTES) == BYTES).all()
    assert (scaled("none", NUMBERS, dtype=np.float64) == NUMBERS).all()


def test_unit_divides_bytes_by_255_whatever_their_range() -> None:
    np.testing.assert_allclose(scaled("unit", BYTES), BYTES / 255, rtol=1e-6)
    assert scaled("unit", np.full((1, 1), 255, np.uint8)) == 1


def test_unit_moves_other_features_from_their_range_to_0_and_1() -> None:
    out = scaled("unit", NUMBERS, dtype=np.float64)
    np.testing.assert_allclose(out.min(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(out.max(axis=0), 1)


@pytest.mark.parametrize("x", [NUMBERS, BYTES], ids=["numbers", "bytes"])
def test_standard_gives_mean_0_and_variance_1(x: Array) -> None:
    out = scaled("standard", x, dtype=np.float64)
    np.testing.assert_allclose(out.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(out.var(axis=0), 1)


@pytest.mark.parametrize("scale", ["unit", "standard"])
def test_only_the_training_rows_are_looked_at(scale: Scale) -> None:
    poisoned = NUMBERS.copy()
    poisoned[::2] = np.nan
    rows = np.arange(1, 500, 2)
    expected = scaled(scale, NUMBERS[rows])
    assert (scaled(scale, poisoned, rows=rows)[rows] == expected).all()


@pytest.mark.parametrize("scale", ["unit", "standard"])
def test_a_feature_that_never_changes_becomes_zero_and_keeps_factor_1(scale: Scale) -> None:
    x = np.stack([np.full(7, 0.1), np.arange(7.0)], axis=1)
    scaler = fit_scaler(scale, Examples(x, np.zeros(7)), np.float32)
    assert scaler.factor[0] == 1
    assert (scaled(scale, x)[:, 0] == 0).all()


def test_the_block_size_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = scaled("standard", NUMBERS, dtype=np.float64)
    monkeypatch.setattr(scaling, "ROWS", 7)
    np.testing.assert_allclose(scaled("standard", NUMBERS, dtype=np.float64), whole, atol=1e-9)


@pytest.mark.parametrize("scale", ["unit", "standard"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_columns_that_are_read_in_stretches_keep_their_bits(
    scale: Scale, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = np.array(RNG.normal(3, 2, (5000, 37)), order=order)  # type: ignore[call-overload]
    whole = fit_scaler(scale, Examples(x, np.zeros(5000)), np.float32)
    monkeypatch.setattr(scaling, "COLUMNS", 12)
    parts = fit_scaler(scale, Examples(x, np.zeros(5000)), np.float32)
    assert (parts.shift.tobytes(), parts.factor.tobytes()) == (whole.shift.tobytes(), whole.factor.tobytes())


def test_many_columns_are_not_copied_to_be_scaled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset, "AT_ONCE", 1 << 22)
    examples = Examples(np.ones((2000, 6000)), np.zeros(2000), np.arange(1000, 2000))
    tracemalloc.start()
    try:
        scaler = fit_scaler("standard", examples, np.float32)
        assert tracemalloc.get_traced_memory()[1] < 40e6
        tracemalloc.reset_peak()
        Inputs(examples, scaler=scaler, augmenter=None, batch_size=1, dtype=np.float32)
        # 24 MB once scaled, and 48 as they are given
        assert tracemalloc.get_traced_memory()[1] < 24e6 + 20e6
    finally:
        tracemalloc.stop()


def test_a_large_offset_does_not_cost_float32_its_digits() -> None:
    seconds = 1.6e9 + np.arange(100.0)[:, np.newaxis]
    expected = (np.arange(100) - 49.5) / np.arange(100).std()
    np.testing.assert_allclose(scaled("standard", seconds)[:, 0], expected, rtol=1e-6)


def test_bytes_are_scaled_in_the_precision_of_the_network_and_numbers_in_float64() -> None:
    for scale in ("unit", "standard", "none"):
        assert fit_scaler(scale, Examples(BYTES, np.zeros(500)), np.float32).factor.dtype == np.float32
        assert fit_scaler(scale, Examples(NUMBERS, np.zeros(500)), np.float32).factor.dtype == np.float64


@pytest.mark.parametrize("scale", ["unit", "standard"])
def test_numbers_beyond_the_precision_are_scaled_before_they_are_rounded(scale: Scale) -> None:
    x = np.array([[0.0], [1.0], [2.0], [5.0]])
    fitted = {}
    for size in (1.0, 1e45):
        out = np.empty((4, 1), np.float32)
        fit_scaler(scale, Examples(x * size, np.zeros(4)), "float32").apply(x * size, out)
        fitted[size] = out
    np.testing.assert_allclose(fitted[1e45], fitted[1.0], rtol=1e-6)
