from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bpcli.checks.cases import ACTIVATIONS
from bpcli.nn.activations import (
    ELU,
    GELU,
    SELU,
    AnyActivation,
    FrozenActivation,
    LeakyReLU,
    ReLU,
    Sigmoid,
    Softmax,
    Softsign,
    Tanh,
    branches,
)
from tests.unions import covering, members

Z = np.array([[-30.0, -4.0, -1.5], [-0.5, 0.2, 1.0], [2.5, 3.5, 40.0]])
ROWS = arrays(np.float64, (3, 4), elements=st.floats(-1e30, 1e30))
MODEST_ROWS = arrays(np.float64, (3, 4), elements=st.floats(-50, 50))
ALL = covering(AnyActivation, ACTIVATIONS)
ELEMENTWISE = [activation for activation in ALL if not isinstance(activation, Softmax)]
every_activation = pytest.mark.parametrize("activation", ALL, ids=str)
every_elementwise = pytest.mark.parametrize("activation", ELEMENTWISE, ids=str)


def textbook(activation: AnyActivation, z: float) -> float:
    s = 1 / (1 + math.exp(-z))
    if isinstance(activation, LeakyReLU):
        return z if z > 0 else activation.slope * z
    if isinstance(activation, ELU):
        return z if z > 0 else activation.alpha * (math.exp(z) - 1)
    if isinstance(activation, GELU):
        if activation.approximate == "tanh":
            return z / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))
        return z / 2 * math.erfc(-z / math.sqrt(2))
    return {
        "identity": z,
        "sigmoid": s,
        "tanh": math.tanh(z),
        "relu": max(0.0, z),
        "selu": 1.0507009873554805 * (z if z > 0 else 1.6732632423543772 * (math.exp(z) - 1)),
        "softplus": math.log1p(math.exp(z)),
        "softsign": z / (1 + abs(z)),
        "silu": z * s,
        "hard_sigmoid": min(max(z / 6 + 0.5, 0.0), 1.0),
        "exponential": math.exp(z),
    }[activation.name]


@every_elementwise
def test_forward_is_the_textbook_formula(activation: AnyActivation) -> None:
    expected = [[textbook(activation, z) for z in row] for row in Z]
    np.testing.assert_allclose(activation.forward(Z), expected, rtol=1e-13, atol=2e-15)


@every_activation
def test_backward_is_the_slope_of_forward_along_any_direction(activation: AnyActivation) -> None:
    """Σ dA · f(Z + h D) has the slope Σ dZ · D at h = 0, whether f acts entry by entry or on a row."""
    z, h = Z.ravel()[:8].reshape(2, 4), 1e-6
    dA, direction = np.random.default_rng(0).standard_normal((2, *z.shape))
    dZ = activation.backward(z, activation.forward(z), dA)
    ends = [float(np.sum(dA * activation.forward(z + sign * h * direction))) for sign in (1, -1)]
    assert np.sum(dZ * direction) == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-6, abs=1e-8)


@every_elementwise
def test_backward_multiplies_by_the_derivative_of_each_entry(activation: AnyActivation) -> None:
    z, h = Z.reshape(1, -1)[:, :8], 1e-6
    dA = np.random.default_rng(0).standard_normal(z.shape)
    slopes = (activation.forward(z + h) - activation.forward(z - h)) / (2 * h)
    dZ = activation.backward(z, activation.forward(z), dA)
    np.testing.assert_allclose(dZ, slopes * dA, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("activation", members(AnyActivation), ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_precision_stays_and_so_do_the_inputs(activation: AnyActivation, dtype: type) -> None:
    """The results are arrays of their own: who keeps Z, A or dA finds them as they were."""
    z = (Z / 10).astype(dtype)
    given_z = z.copy()
    A = activation.forward(z)
    given_A, dA = A.copy(), np.linspace(-1, 2, z.size, dtype=dtype).reshape(z.shape)
    given_dA = dA.copy()
    dZ = activation.backward(z, A, dA)
    assert A.dtype == dZ.dtype == dtype
    assert A.shape == dZ.shape == z.shape
    for kept, as_given in ((z, given_z), (A, given_A), (dA, given_dA)):
        np.testing.assert_array_equal(kept, as_given)
    assert not any(np.shares_memory(new, old) for new in (A, dZ) for old in (z, dA))
    assert not np.shares_memory(A, dZ)


@every_activation
def test_float32_is_near_float64(activation: AnyActivation) -> None:
    z = Z / 10
    narrow, dA = z.astype(np.float32), np.linspace(-1, 2, z.size).reshape(z.shape)
    A, narrow_A = activation.forward(z), activation.forward(narrow)
    np.testing.assert_allclose(narrow_A, A, rtol=2e-6, atol=1e-6)
    dZ = activation.backward(narrow, narrow_A, dA.astype(np.float32))
    np.testing.assert_allclose(dZ, activation.backward(z, A, dA), rtol=1e-5, atol=1e-6)


def test_softmax_is_the_textbook_formula_and_its_backward_the_product_with_the_jacobian() -> None:
    z = Z / 10
    A, dA = Softmax().forward(z), np.random.default_rng(0).standard_normal(Z.shape)
    expected = np.zeros_like(dA)
    for n in range(3):
        np.testing.assert_allclose(A[n], [math.exp(v) / sum(map(math.exp, z[n])) for v in z[n]], rtol=1e-14)
        for i in range(3):
            for j in range(3):
                expected[n, i] += A[n, i] * ((i == j) - A[n, j]) * dA[n, j]
    np.testing.assert_allclose(Softmax().backward(z, A, dA), expected, rtol=1e-12, atol=1e-15)


@given(ROWS)
def test_softmax_rows_are_probabilities(z: np.ndarray) -> None:
    A = Softmax().forward(z)
    assert (A >= 0).all()
    np.testing.assert_allclose(A.sum(axis=1), 1, rtol=1e-14)


@given(MODEST_ROWS, st.floats(-50, 50))
def test_softmax_does_not_see_a_shift(z: np.ndarray, shift: float) -> None:
    np.testing.assert_allclose(Softmax().forward(z + shift), Softmax().forward(z), rtol=1e-11)


@given(MODEST_ROWS)
def test_symmetries(z: np.ndarray) -> None:
    np.testing.assert_allclose(Sigmoid().forward(-z), 1 - Sigmoid().forward(z), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(GELU().forward(z) - GELU().forward(-z), z, rtol=1e-12, atol=1e-14)
    for odd in (Tanh(), Softsign()):
        np.testing.assert_array_equal(odd.forward(-z), -odd.forward(z))
    np.testing.assert_array_equal(ReLU().forward(z) - ReLU().forward(-z), z)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "softplus", "softsign"])
@given(z=MODEST_ROWS)
def test_monotone_ones_rise(name: str, z: np.ndarray) -> None:
    activation = next(activation for activation in ALL if activation.name == name)
    z = np.sort(z, axis=1)
    assert (np.diff(activation.forward(z), axis=1) >= -1e-15).all()


@every_activation
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1e30, 1e-40, 0.0, 1.0])
def test_inputs_of_any_size_give_no_nan(activation: AnyActivation, dtype: type, size: float) -> None:
    z = (np.array([[-1, 0, 1], [1, 1, -1]]) * size).astype(dtype)
    with np.errstate(under="ignore"):
        A = activation.forward(z)
        assert np.isfinite(A).all()
        # The slope of e^z is as great as itself.
        if activation.name != "exponential" or size < 1e30:
            assert np.isfinite(activation.backward(z, A, np.ones((2, 3), dtype))).all()


@pytest.mark.parametrize("activation", [a for a in ALL if a.kinks], ids=str)
def test_between_its_kinks_it_is_its_pieces(activation: AnyActivation) -> None:
    # The pieces of softsign have poles at -1 and 1.
    reach = 0.9 if activation.name == "softsign" else 5
    z = np.linspace(-reach, reach, 101)[np.newaxis]
    pieces = [activation.piece(k, z) for k in range(len(activation.kinks) + 1)]
    where = branches(activation, z)
    np.testing.assert_array_equal(where, [[sum(kink < entry for kink in activation.kinks) for entry in z[0]]])
    np.testing.assert_allclose(np.choose(where, pieces), activation.forward(z), rtol=1e-14, atol=1e-15)
    frozen = FrozenActivation(activation, where)
    np.testing.assert_allclose(frozen.forward(z), activation.forward(z), rtol=1e-14, atol=1e-15)
    assert not frozen.kinks
    low = np.zeros_like(where)
    np.testing.assert_array_equal(FrozenActivation(activation, low).forward(z), activation.piece(0, z))


def test_a_kink_belongs_to_the_piece_below_it() -> None:
    np.testing.assert_array_equal(branches(ReLU(), np.array([[-1.0, 0.0, 1e-300]])), [[0, 0, 1]])


@pytest.mark.parametrize("activation", [a for a in ALL if not a.kinks], ids=str)
def test_a_smooth_one_has_no_pieces(activation: AnyActivation) -> None:
    with pytest.raises(NotImplementedError, match="a smooth function has no pieces"):
        activation.piece(0, Z)


def test_a_frozen_one_is_for_values_only() -> None:
    frozen = FrozenActivation(ReLU(), branches(ReLU(), Z))
    with pytest.raises(NotImplementedError, match="for values, not for gradients"):
        frozen.backward(Z, Z, Z)
    with pytest.raises(NotImplementedError, match="has no pieces"):
        frozen.piece(0, Z)


def test_the_slope_of_relu_at_its_kink_is_zero() -> None:
    z = np.array([[0.0, -0.0]])
    np.testing.assert_array_equal(ReLU().backward(z, ReLU().forward(z), np.ones((1, 2))), [[0, 0]])


def test_selu_keeps_mean_zero_and_variance_one() -> None:
    A = SELU().forward(np.random.default_rng(0).standard_normal((1000, 1000)))
    assert abs(A.mean()) < 0.005
    assert A.var() == pytest.approx(1, abs=0.01)
