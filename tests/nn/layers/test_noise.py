from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.nn.layers import DropoutLayer, NoiseLayer


def dropout(rate: float, *, place: int = 0, seed: int = 0) -> DropoutLayer:
    return DropoutLayer(rate, seed=seed, place=place)


@given(st.floats(0.0, 0.9), st.integers(0, 1000))
def test_dropout_keeps_the_mean(rate: float, step: int) -> None:
    A = dropout(rate).forward(np.ones((400, 50), np.float32), step)
    deviation = np.sqrt(rate / (1 - rate) / A.size)
    assert abs(A.mean() - 1) <= 5 * deviation + 1e-6
    assert set(np.unique(A)) <= {np.float32(0), np.float32(1 / (1 - rate))}


def test_dropout_leaves_nothing_out_when_measuring() -> None:
    X = np.ones((4, 50), np.float32)
    np.testing.assert_array_equal(dropout(0.5).forward(X, None), X)


def test_a_mask_of_dropout_is_a_function_of_seed_step_and_place() -> None:
    X = np.ones((4, 50))
    layer = dropout(0.5)
    first = layer.forward(X, 7)
    layer.forward(X, 8)
    np.testing.assert_array_equal(layer.forward(X, 7), first)
    np.testing.assert_array_equal(dropout(0.5).forward(X.astype(np.float32), 7), first)
    others = [layer.forward(X, 8), dropout(0.5, seed=1).forward(X, 7), dropout(0.5, place=1).forward(X, 7)]
    assert all((other != first).any() for other in others)


def test_the_gradient_passes_dropout_where_the_values_did() -> None:
    layer = dropout(0.25)
    X = np.ones((4, 50))
    A = layer.forward(X, 3)
    np.testing.assert_array_equal(layer.backward(np.ones((4, 50)), need_dX=True), A)


def test_noise_has_the_stated_deviation_and_no_mean() -> None:
    noise = NoiseLayer(0.3, seed=0).forward(np.zeros((400, 50)), 0)
    assert abs(noise.mean()) < 5 * 0.3 / np.sqrt(noise.size)
    assert abs(noise.std() / 0.3 - 1) < 5 / np.sqrt(2 * noise.size)


def test_no_noise_is_added_when_measuring() -> None:
    X = np.ones((4, 50))
    np.testing.assert_array_equal(NoiseLayer(0.3, seed=0).forward(X, None), X)


def test_noise_is_a_function_of_seed_and_step() -> None:
    X, layer = np.zeros((4, 50)), NoiseLayer(0.3, seed=0)
    first = layer.forward(X, 7)
    assert (layer.forward(X, 8) != first).all()
    np.testing.assert_array_equal(layer.forward(X, 7), first)
    np.testing.assert_array_equal(layer.forward(X.astype(np.float32), 7), first.astype(np.float32))
    assert (NoiseLayer(0.3, seed=1).forward(X, 7) != first).all()


def test_the_gradient_passes_noise_as_it_is() -> None:
    layer, dA = NoiseLayer(0.3, seed=0), np.random.default_rng(0).standard_normal((4, 50))
    layer.forward(np.ones((4, 50)), 0)
    np.testing.assert_array_equal(layer.backward(dA, need_dX=True), dA)


@pytest.mark.parametrize("layer", [dropout(0.3), NoiseLayer(0.3, seed=0)], ids=["dropout", "noise"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("step", [None, 0])
def test_the_precision_stays_and_so_do_the_inputs(
    layer: DropoutLayer | NoiseLayer, dtype: type, step: int | None
) -> None:
    X, dA = np.ones((4, 50), dtype), np.full((4, 50), 2, dtype)
    assert layer.forward(X, step).dtype == dtype
    if step is not None:
        dX = layer.backward(dA, need_dX=True)
        assert dX is not None
        assert dX.dtype == dtype
    np.testing.assert_array_equal(X, 1)
    np.testing.assert_array_equal(dA, 2)
