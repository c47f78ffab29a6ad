from __future__ import annotations

import numpy as np
import pytest

from bpcli.nn.layers import DenseLayer

N, FAN_IN, FAN_OUT = 5, 3, 4
RNG = np.random.default_rng(0)
X, DZ = RNG.standard_normal((N, FAN_IN)), RNG.standard_normal((N, FAN_OUT))
W, B = RNG.standard_normal((FAN_IN, FAN_OUT)), RNG.standard_normal(FAN_OUT)


def layer(*, has_bias: bool = True, dtype: type = np.float64) -> DenseLayer:
    """A layer whose gradients hold numbers of an earlier step, which the next one must not see."""
    b, db = (B.astype(dtype), np.full_like(B, 9, dtype)) if has_bias else (None, None)
    return DenseLayer(W.astype(dtype), b, np.full_like(W, 9, dtype), db)


@pytest.mark.parametrize("has_bias", [True, False])
def test_forward_is_the_sum_over_inputs_of_the_textbook(has_bias: bool) -> None:
    Z = layer(has_bias=has_bias).forward(X, 0)
    for n in range(N):
        for j in range(FAN_OUT):
            bias = B[j] if has_bias else 0
            assert Z[n, j] == pytest.approx(sum(X[n, i] * W[i, j] for i in range(FAN_IN)) + bias, rel=1e-12)


@pytest.mark.parametrize("has_bias", [True, False])
def test_backward_is_the_numerical_gradient(has_bias: bool) -> None:
    dense, x = layer(has_bias=has_bias), X.copy()
    dense.forward(x, 0)
    dX = dense.backward(DZ, need_dX=True)
    pairs = [(x, dX), (dense.W, dense.dW.copy())] + ([(dense.b, dense.db.copy())] if has_bias else [])  # type: ignore[union-attr]
    for values, gradient in pairs:
        for place in np.ndindex(*values.shape):
            kept, ends = values[place], []
            for h in (1e-4, -1e-4):
                values[place] = kept + h
                ends.append(float((dense.forward(x, 0) * DZ).sum()))
            values[place] = kept
            assert gradient[place] == pytest.approx((ends[0] - ends[1]) / 2e-4, rel=1e-8, abs=1e-8)


def test_the_gradient_of_the_inputs_is_computed_where_it_is_needed_only() -> None:
    dense = layer()
    dense.forward(X, 0)
    assert dense.backward(DZ, need_dX=False) is None
    np.testing.assert_allclose(dense.dW, X.T @ DZ, rtol=1e-12)


@pytest.mark.parametrize("has_bias", [True, False])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_precision_stays_and_so_do_the_inputs(dtype: type, has_bias: bool) -> None:
    dense, x, dZ = layer(has_bias=has_bias, dtype=dtype), X.astype(dtype), DZ.astype(dtype)
    Z = dense.forward(x, 0)
    dX = dense.backward(dZ, need_dX=True)
    assert dX is not None
    assert Z.dtype == dX.dtype == dense.dW.dtype == dtype
    for kept, as_given in ((x, X), (dZ, DZ), (dense.W, W)):
        np.testing.assert_array_equal(kept, as_given.astype(dtype))
    if dense.b is not None:
        np.testing.assert_array_equal(dense.b, B.astype(dtype))
