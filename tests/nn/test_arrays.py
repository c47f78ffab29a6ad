import numpy as np
import pytest

from bpcli.nn.arrays import CACHE_LINE, NARROW, Buffer, is_wide, zeros


@pytest.mark.parametrize("shape", [1, 7, (3, 5), (64, 10), ()])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_arrays_of_zeros_start_on_a_cache_line(shape: int | tuple[int, ...], dtype: type) -> None:
    for _ in range(5):
        array = zeros(shape, dtype)
        assert array.ctypes.data % CACHE_LINE == 0
        assert array.shape == np.zeros(shape).shape
        assert array.dtype == dtype
        assert array.flags.c_contiguous
        assert array.flags.writeable
        assert not array.any()


def test_a_buffer_lends_its_first_rows_without_allocating() -> None:
    buffer = Buffer(5, 3, np.float64)
    whole = buffer.rows(5)
    short = buffer.rows(2)
    assert whole.shape == (5, 3)
    assert short.shape == (2, 3)
    assert np.shares_memory(short, whole)
    assert buffer.rows(5).ctypes.data == whole.ctypes.data == short.ctypes.data
    assert buffer.rows(2).ctypes.data % CACHE_LINE == 0


def test_a_buffer_like_another_has_memory_of_its_own() -> None:
    buffer = Buffer(5, 3, np.float32)
    other = buffer.like()
    assert other.rows(5).shape == (5, 3)
    assert other.rows(5).dtype == np.float32
    assert not np.shares_memory(other.rows(5), buffer.rows(5))


@pytest.mark.parametrize("by_column", [False, True])
def test_what_a_buffer_lends_is_contiguous_and_laid_out_as_it_says(by_column: bool) -> None:
    buffer = Buffer(5, 3, np.float32, by_column=by_column)
    for rows in (buffer.rows(5), buffer.rows(2), buffer.like().rows(4)):
        assert rows.shape[1] == 3
        assert rows.flags.f_contiguous == by_column
        assert rows.flags.c_contiguous != by_column


@pytest.mark.parametrize(("width", "by_column"), [(NARROW, True), (NARROW + 1, False)])
def test_few_outputs_lie_column_by_column(width: int, by_column: bool) -> None:
    assert Buffer.of_outputs(4, width, np.float32).rows(4).flags.f_contiguous == by_column


@pytest.mark.parametrize(
    ("units", "expected"),
    [(255, False), (256, True), (1000, True), (1024, True), (1025, False), (1088, True), (2000, False), (2048, True)],
)
def test_wide_hidden_layers_lie_column_by_column(units: int, expected: bool) -> None:
    assert is_wide(units) == expected
    assert Buffer.of_hidden(2, units, np.float32).rows(2).flags.f_contiguous == expected


def test_a_buffer_like_another_may_be_of_another_type() -> None:
    other = Buffer(5, 3, np.float32, by_column=True).like(np.bool_).rows(5)
    assert other.dtype == np.bool_
    assert other.flags.f_contiguous
