import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bpcli.nn.activations import ACTIVATIONS, ActivationName

Z = np.array([[-3.0, -0.5, 0.0], [0.2, 1.0, 40.0]])
ROWS = arrays(np.float64, (3, 4), elements=st.floats(-1e30, 1e30))
MODEST_ROWS = arrays(np.float64, (3, 4), elements=st.floats(-50, 50))


def forward(name: ActivationName, z: np.ndarray) -> np.ndarray:
    A = z.copy()
    ACTIVATIONS[name].forward(A)
    return A


def softmax_of_row(row: np.ndarray) -> list[float]:
    exps = [math.exp(z) for z in row]
    return [e / sum(exps) for e in exps]


TEXTBOOK = {
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": lambda z: (math.exp(2 * z) - 1) / (math.exp(2 * z) + 1),
    "relu": lambda z: z if z > 0 else 0.0,
}
DERIVATIVES = {
    "identity": lambda z: 1.0,
    "sigmoid": lambda z: math.exp(-z) / (1 + math.exp(-z)) ** 2,
    "tanh": lambda z: 1 / math.cosh(z) ** 2,
    "relu": lambda z: 1.0 if z > 0 else 0.0,
}


@pytest.mark.parametrize("name", TEXTBOOK)
def test_forward_is_the_textbook_formula(name: ActivationName) -> None:
    expected = [[TEXTBOOK[name](z) for z in row] for row in Z]
    np.testing.assert_allclose(forward(name, Z), expected, rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("name", DERIVATIVES)
def test_backward_multiplies_by_the_textbook_derivative(name: ActivationName) -> None:
    dA = np.random.default_rng(0).standard_normal(Z.shape)
    expected = [[DERIVATIVES[name](z) * d for z, d in zip(*rows, strict=True)] for rows in zip(Z, dA, strict=True)]
    ACTIVATIONS[name].backward(forward(name, Z), dA)
    np.testing.assert_allclose(dA, expected, rtol=1e-12, atol=1e-15)


def test_softmax_is_the_textbook_formula() -> None:
    np.testing.assert_allclose(forward("softmax", Z), [softmax_of_row(row) for row in Z], rtol=1e-14)


def test_softmax_backward_is_the_product_with_the_jacobian() -> None:
    A, dA = forward("softmax", Z), np.random.default_rng(0).standard_normal(Z.shape)
    expected = np.zeros_like(dA)
    for n in range(2):
        for i in range(3):
            for j in range(3):
                expected[n, i] += A[n, i] * ((i == j) - A[n, j]) * dA[n, j]
    ACTIVATIONS["softmax"].backward(A, dA)
    np.testing.assert_allclose(dA, expected, rtol=1e-12, atol=1e-15)


@given(ROWS)
def test_softmax_rows_are_probabilities(z: np.ndarray) -> None:
    A = forward("softmax", z)
    assert (A >= 0).all()
    np.testing.assert_allclose(A.sum(axis=1), 1, rtol=1e-14)


@given(MODEST_ROWS, st.floats(-50, 50))
def test_softmax_does_not_see_a_shift(z: np.ndarray, shift: float) -> None:
    np.testing.assert_allclose(forward("softmax", z + shift), forward("softmax", z), rtol=1e-11)


@given(MODEST_ROWS)
def test_symmetries(z: np.ndarray) -> None:
    np.testing.assert_allclose(forward("sigmoid", -z), 1 - forward("sigmoid", z), rtol=1e-12, atol=1e-15)
    np.testing.assert_array_equal(forward("tanh", -z), -forward("tanh", z))
    np.testing.assert_array_equal(forward("relu", z) - forward("relu", -z), z)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(signs=arrays(np.int8, (2, 3), elements=st.sampled_from([-1, 0, 1])))
def test_inputs_of_1e30_give_no_nan(name: ActivationName, dtype: type, signs: np.ndarray) -> None:
    z = (signs * 1e30).astype(dtype)
    A, dA = forward(name, z), np.ones((2, 3), dtype)
    ACTIVATIONS[name].backward(A, dA)
    assert A.dtype == dA.dtype == dtype
    assert np.isfinite(A).all()
    assert np.isfinite(dA).all()


def test_only_relu_has_a_kink_and_its_derivative_there_is_zero() -> None:
    assert [name for name, activation in ACTIVATIONS.items() if activation.has_kink] == ["relu"]
    dA = np.ones((1, 2))
    ACTIVATIONS["relu"].backward(forward("relu", np.array([[0.0, -0.0]])), dA)
    np.testing.assert_array_equal(dA, [[0, 0]])
