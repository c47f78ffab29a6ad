import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.nn.arrays import Buffer
from bpcli.nn.layers import DropoutLayer


def make_layer(
    rate: float, *, width: int = 50, place: int = 0, seed: int = 0, dtype: type = np.float32
) -> DropoutLayer:
    return DropoutLayer(rate, Buffer(400, width, dtype), seed=seed, place=place)


@given(st.floats(0.0, 0.9), st.integers(0, 1000))
def test_the_mean_is_kept(rate: float, step: int) -> None:
    A = make_layer(rate).forward(np.ones((400, 50), np.float32), step)
    deviation = np.sqrt(rate / (1 - rate) / A.size)
    assert abs(A.mean() - 1) <= 5 * deviation + 1e-6
    assert set(np.unique(A)) <= {np.float32(0), np.float32(1 / (1 - rate))}


def test_nothing_is_left_out_when_measuring() -> None:
    X = np.ones((4, 50), np.float32)
    assert make_layer(0.5).forward(X, None) is X


def test_a_mask_is_a_function_of_seed_step_and_place() -> None:
    X = np.ones((4, 50))
    layer = make_layer(0.5, dtype=np.float64)
    first = layer.forward(X, 7).copy()
    layer.forward(X, 8)
    np.testing.assert_array_equal(layer.forward(X, 7), first)
    np.testing.assert_array_equal(make_layer(0.5).forward(X.astype(np.float32), 7), first)
    others = [layer.forward(X, 8), make_layer(0.5, seed=1).forward(X, 7), make_layer(0.5, place=1).forward(X, 7)]
    assert all((other != first).any() for other in others)


def test_the_gradient_passes_where_the_values_did() -> None:
    layer = make_layer(0.25, dtype=np.float64)
    X = np.ones((4, 50))
    A = layer.forward(X, 3)
    np.testing.assert_array_equal(layer.backward(np.ones((4, 50)), need_dX=True), A)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_precision_stays_what_it_is(dtype: type) -> None:
    layer = make_layer(0.3, dtype=dtype)
    assert layer.forward(np.ones((4, 50), dtype), 0).dtype == dtype
    dX = layer.backward(np.ones((4, 50), dtype), need_dX=True)
    assert dX is not None
    assert dX.dtype == dtype
