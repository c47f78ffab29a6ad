from itertools import product

import numpy as np
import pytest

from bpcli.nn.gemm import AddedProduct
from tests.marks import needs_gemm

pytestmark = needs_gemm

DTYPES = [np.float32, np.float64]
ORDERS = ["C", "F"]
SHAPES = [(7, 5, 3), (1, 5, 3), (7, 1, 3), (7, 5, 1), (1, 1, 1), (33, 130, 17)]


def drawn(*shape: int, dtype: type, order: str = "C") -> np.ndarray:
    return np.asarray(np.random.default_rng(shape).standard_normal(shape), dtype, order=order)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("orders", [*product(ORDERS, repeat=3)], ids="".join)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_it_adds_the_product_to_a_share_of_what_was_there(
    dtype: type, orders: tuple[str, str, str], shape: tuple[int, int, int]
) -> None:
    N, m, n = shape
    A, B, C = (
        drawn(*shape, dtype=dtype, order=order) for shape, order in zip([(N, m), (N, n), (m, n)], orders, strict=True)
    )
    add = AddedProduct(C)
    expected = C.astype(np.float64)
    for beta in (0.9, 0.9, -2.0, 1.0):
        expected = beta * expected + A.T.astype(np.float64) @ B.astype(np.float64)
        add(A, B, beta)
    np.testing.assert_allclose(C, expected, rtol=0, atol=np.finfo(dtype).eps * 100 * N)


def test_other_arrays_and_fewer_rows_take_the_place_of_the_first() -> None:
    C = np.zeros((5, 3))
    add, expected = AddedProduct(C), np.zeros((5, 3))
    A, B = drawn(8, 5, dtype=np.float64), drawn(8, 3, dtype=np.float64)
    other_A, other_B = 2 * A, 3 * B
    for X, Y in [(A, B), (A, B), (A, other_B), (other_A, other_B), (A[:2], B[:2]), (A, B)]:
        add(X, Y, 0.5)
        expected = 0.5 * expected + X.T @ Y
    np.testing.assert_allclose(C, expected, rtol=1e-13)


def test_what_changes_in_the_same_arrays_is_seen() -> None:
    A, B, C = np.ones((2, 1)), np.ones((2, 1)), np.zeros((1, 1))
    add = AddedProduct(C)
    add(A, B, 1.0)
    A[...] = 3
    add(A, B, 1.0)
    assert C[0, 0] == 2 + 6


@pytest.mark.parametrize("which", ["A", "B"])
def test_rows_that_do_not_follow_one_another_are_refused(which: str) -> None:
    arrays = {"A": np.ones((4, 6)), "B": np.ones((4, 6))}
    arrays[which] = np.ones((8, 12))[::2, ::2]
    C = np.zeros((6, 6))
    with pytest.raises(ValueError, match="rows do not follow one another"):
        AddedProduct(C)(**arrays, beta=1.0)
    assert not C.any()


def test_equal_calls_give_equal_bits() -> None:
    A, B = drawn(32, 784, dtype=np.float32), drawn(32, 128, dtype=np.float32)
    results = []
    for _ in range(2):
        C = np.ones((784, 128), np.float32)
        AddedProduct(C)(A, B, 0.9)
        results.append(C.tobytes())
    assert results[0] == results[1]


@pytest.mark.parametrize(
    ("A", "B"),
    [
        (np.ones((4, 6)), np.ones((3, 5))),
        (np.ones((4, 7)), np.ones((4, 5))),
        (np.ones((4, 6)), np.ones((4, 6))),
        (np.ones((4, 6), np.float32), np.ones((4, 5))),
        (np.ones((4, 6)), np.ones((4, 5), ">f8")),
    ],
    ids=["other batches", "wide A", "wide B", "float32", "big-endian"],
)
def test_what_does_not_fit_is_refused_and_what_fits_goes_on(A: np.ndarray, B: np.ndarray) -> None:
    C = np.zeros((6, 5))
    add = AddedProduct(C)
    with pytest.raises(ValueError, match="fits float64"):
        add(A, B, 1.0)
    assert not C.any()
    add(np.ones((4, 6)), np.ones((4, 5)), 1.0)
    with pytest.raises(ValueError, match="fits float64"):
        add(A, B, 1.0)
    assert np.array_equal(C, np.full((6, 5), 4.0))


def test_what_is_only_read_may_be_read_only() -> None:
    A, B, C = np.ones((2, 3)), np.ones((2, 4)), np.zeros((3, 4))
    A.flags.writeable = B.flags.writeable = False
    AddedProduct(C)(A, B, 1.0)
    assert np.array_equal(C, np.full((3, 4), 2.0))
