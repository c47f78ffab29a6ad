import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bpcli.optim.clipping import Clipping, global_norm

GRADIENTS = arrays(np.float64, 6, elements=st.floats(-1e10, 1e10))


@given(GRADIENTS, st.floats(1e-3, 1e3))
def test_by_norm_the_direction_stays_and_the_length_is_limited(grad: np.ndarray, norm: float) -> None:
    before, length = grad.copy(), np.linalg.norm(grad)
    Clipping(norm=norm).apply(grad)
    expected = before if length <= norm else before / length * norm
    np.testing.assert_allclose(grad, expected, rtol=1e-12, atol=1e-300)


@given(GRADIENTS, st.floats(1e-3, 1e3))
def test_by_value_every_entry_is_limited(grad: np.ndarray, value: float) -> None:
    before = grad.copy()
    Clipping(value=value).apply(grad)
    np.testing.assert_array_equal(grad, [max(-value, min(value, g)) for g in before])


def test_value_comes_before_norm() -> None:
    grad = np.array([30.0, 0.3])
    Clipping(value=0.4, norm=0.25).apply(grad)
    np.testing.assert_allclose(grad, [0.2, 0.15], rtol=1e-13)


def test_nothing_stated_nothing_done() -> None:
    grad = np.array([1e30, -1e30])
    Clipping().apply(grad)
    np.testing.assert_array_equal(grad, [1e30, -1e30])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_lengths_whose_square_overflows_are_clipped_too(dtype: type) -> None:
    huge = dtype(np.finfo(dtype).max / 4)
    grad = np.array([huge, -huge], dtype)
    with np.errstate(over="ignore"):
        assert global_norm(grad) == pytest.approx(float(huge) * 2**0.5, rel=1e-6)
        Clipping(norm=1.0).apply(grad)
    assert grad.dtype == dtype
    np.testing.assert_allclose(grad, [0.5**0.5, -(0.5**0.5)], rtol=1e-6)
