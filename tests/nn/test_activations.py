import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bpcli.checks.cases import ACTIVATIONS
from bpcli.nn.activations import ELU, GELU, SELU, AnyActivation, LeakyReLU, ReLU, Sigmoid, Softmax, Softsign, Tanh
from bpcli.nn.held import Held

Z = np.array([[-30.0, -4.0, -1.5], [-0.5, 0.2, 1.0], [2.5, 3.5, 40.0]])
ROWS = arrays(np.float64, (3, 4), elements=st.floats(-1e30, 1e30))
MODEST_ROWS = arrays(np.float64, (3, 4), elements=st.floats(-50, 50))
ELEMENTWISE = [activation for activation in ACTIVATIONS if not isinstance(activation, Softmax)]
by_name = pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)


def forward(activation: AnyActivation, z: np.ndarray) -> np.ndarray:
    A = np.empty_like(z)
    activation.forward(z, A)
    return A


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


@pytest.mark.parametrize("activation", ELEMENTWISE, ids=str)
def test_forward_is_the_textbook_formula(activation: AnyActivation) -> None:
    expected = [[textbook(activation, z) for z in row] for row in Z]
    np.testing.assert_allclose(forward(activation, Z), expected, rtol=1e-13, atol=2e-15)


@pytest.mark.parametrize("activation", ELEMENTWISE, ids=str)
def test_backward_multiplies_by_the_derivative(activation: AnyActivation) -> None:
    z, h = Z[(Z != 0)].reshape(1, -1)[:, :8], 1e-6
    dA = np.random.default_rng(0).standard_normal(z.shape)
    slopes = (forward(activation, z + h) - forward(activation, z - h)) / (2 * h)
    dZ = dA.copy()
    activation.backward(z.copy(), forward(activation, z), dZ)
    np.testing.assert_allclose(dZ, slopes * dA, rtol=1e-6, atol=1e-9)


@by_name
def test_z_may_be_overwritten_by_a_unless_it_is_kept(activation: AnyActivation) -> None:
    A, in_place = forward(activation, Z), Z.copy()
    dA = np.ones_like(Z)
    if activation.keeps_Z:
        activation.backward(Z, A, dA)
        return
    activation.forward(in_place, in_place)
    np.testing.assert_array_equal(in_place, A)
    activation.backward(in_place, in_place, dA)
    other = np.ones_like(Z)
    activation.backward(Z, A, other)
    np.testing.assert_array_equal(dA, other)


def test_softmax_is_the_textbook_formula_and_its_backward_the_product_with_the_jacobian() -> None:
    z = Z / 10
    A, dA = forward(Softmax(), z), np.random.default_rng(0).standard_normal(Z.shape)
    expected, dZ = np.zeros_like(dA), dA.copy()
    for n in range(3):
        np.testing.assert_allclose(A[n], [math.exp(v) / sum(map(math.exp, z[n])) for v in z[n]], rtol=1e-14)
        for i in range(3):
            for j in range(3):
                expected[n, i] += A[n, i] * ((i == j) - A[n, j]) * dA[n, j]
    Softmax().backward(z, A, dZ)
    np.testing.assert_allclose(dZ, expected, rtol=1e-12, atol=1e-15)


@given(ROWS)
def test_softmax_rows_are_probabilities(z: np.ndarray) -> None:
    A = forward(Softmax(), z)
    assert (A >= 0).all()
    np.testing.assert_allclose(A.sum(axis=1), 1, rtol=1e-14)


@given(MODEST_ROWS, st.floats(-50, 50))
def test_softmax_does_not_see_a_shift(z: np.ndarray, shift: float) -> None:
    np.testing.assert_allclose(forward(Softmax(), z + shift), forward(Softmax(), z), rtol=1e-11)


@given(MODEST_ROWS)
def test_symmetries(z: np.ndarray) -> None:
    np.testing.assert_allclose(forward(Sigmoid(), -z), 1 - forward(Sigmoid(), z), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(forward(GELU(), z) - forward(GELU(), -z), z, rtol=1e-12, atol=1e-14)
    for odd in (Tanh(), Softsign()):
        np.testing.assert_array_equal(forward(odd, -z), -forward(odd, z))
    np.testing.assert_array_equal(forward(ReLU(), z) - forward(ReLU(), -z), z)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "softplus", "softsign"])
@given(z=MODEST_ROWS)
def test_monotone_ones_rise(name: str, z: np.ndarray) -> None:
    activation = next(activation for activation in ACTIVATIONS if activation.name == name)
    z = np.sort(z, axis=1)
    assert (np.diff(forward(activation, z), axis=1) >= -1e-15).all()


@by_name
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1e30, 1e-40, 0.0, 1.0])
def test_inputs_of_any_size_give_no_nan(activation: AnyActivation, dtype: type, size: float) -> None:
    z = (np.array([[-1, 0, 1], [1, 1, -1]]) * size).astype(dtype)
    with np.errstate(under="ignore"):
        A, dA = forward(activation, z), np.ones((2, 3), dtype)
        if activation.name != "exponential" or size < 1e30:  # its slope is as great as itself
            activation.backward(z, A, dA)
    assert A.dtype == dA.dtype == dtype
    assert np.isfinite(A).all()
    assert np.isfinite(dA).all()


@pytest.mark.parametrize("activation", [a for a in ACTIVATIONS if a.kinks], ids=str)
def test_between_its_kinks_it_is_its_pieces(activation: AnyActivation) -> None:
    reach = 0.9 if activation.name == "softsign" else 5  # whose pieces have poles at -1 and 1
    z = np.linspace(-reach, reach, 101)[np.newaxis]
    sides = np.searchsorted(activation.kinks, z, side="left")
    pieces = [activation.piece(k, z) for k in range(len(activation.kinks) + 1)]
    np.testing.assert_allclose(np.choose(sides, pieces), forward(activation, z), rtol=1e-14, atol=1e-15)
    held = Held(activation, sides)
    np.testing.assert_allclose(forward(held, z), forward(activation, z), rtol=1e-14, atol=1e-15)  # type: ignore[arg-type]
    low = np.zeros_like(sides)
    np.testing.assert_array_equal(forward(Held(activation, low), z), activation.piece(0, z))  # type: ignore[arg-type]


def test_the_slope_of_relu_at_its_kink_is_zero() -> None:
    dA = np.ones((1, 2))
    ReLU().backward(np.zeros((1, 2)), forward(ReLU(), np.array([[0.0, -0.0]])), dA)
    np.testing.assert_array_equal(dA, [[0, 0]])


def test_selu_keeps_mean_zero_and_variance_one() -> None:
    A = forward(SELU(), np.random.default_rng(0).standard_normal((1000, 1000)))
    assert abs(A.mean()) < 0.005
    assert A.var() == pytest.approx(1, abs=0.01)
