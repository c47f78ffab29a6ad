import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bpcli.nn.layers import BatchNorm, BatchNormLayer, LayerNorm, LayerNormLayer, Normalization, Tensors
from tests.unions import members

N, WIDTH = 5, 3
Z = np.random.default_rng(0).normal(2.0, 3.0, (N, WIDTH))
ROWS = arrays(np.float64, (N, WIDTH), elements=st.floats(-100, 100))


NormalizationLayer = BatchNormLayer | LayerNormLayer
ALL: list[Normalization] = members(Normalization)
every_normalization = pytest.mark.parametrize("spec", ALL, ids=str)


def build(spec: Normalization, dtype: type = np.float64) -> NormalizationLayer:
    """The layer of `spec`, with random γ and β and room for their gradients."""
    shapes = spec.parameter_shapes(WIDTH)
    tensors = Tensors(
        {name: np.zeros(shape, dtype) for name, shape in shapes.items()},
        {name: np.full(shape, 9, dtype) for name, shape in shapes.items()},
        {name: np.zeros(shape, dtype) for name, shape in spec.statistic_shapes(WIDTH).items()},
    )
    layer = spec.build(tensors)
    rng = np.random.default_rng(1)
    for parameter in tensors.parameters.values():
        parameter[...] = rng.standard_normal(WIDTH)
    return layer  # type: ignore[return-value]


def batch_norm(momentum: float = 0.1) -> BatchNormLayer:
    return build(BatchNorm(momentum=momentum))  # type: ignore[return-value]


def test_batch_norm_is_the_textbook_formula() -> None:
    layer = batch_norm()
    Y = layer.forward(Z, 0)
    for j in range(WIDTH):
        mean = sum(Z[:, j]) / N
        variance = sum((z - mean) ** 2 for z in Z[:, j]) / N
        for n in range(N):
            normal = (Z[n, j] - mean) / math.sqrt(variance + 1e-5)
            assert Y[n, j] == pytest.approx(layer.gamma[j] * normal + layer.beta[j], rel=1e-12)


def test_layer_norm_is_the_textbook_formula() -> None:
    layer = build(LayerNorm())
    Y = layer.forward(Z, 0)
    for n in range(N):
        mean = sum(Z[n]) / WIDTH
        variance = sum((z - mean) ** 2 for z in Z[n]) / WIDTH
        for j in range(WIDTH):
            normal = (Z[n, j] - mean) / math.sqrt(variance + 1e-5)
            assert Y[n, j] == pytest.approx(layer.gamma[j] * normal + layer.beta[j], rel=1e-12)


def test_layer_norm_measures_as_it_trains() -> None:
    layer = build(LayerNorm())
    np.testing.assert_array_equal(layer.forward(Z, 0), layer.forward(Z, None))


def test_running_averages_come_to_the_statistics_of_the_data() -> None:
    layer = batch_norm()
    for step in range(300):
        layer.forward(Z, step)
    np.testing.assert_allclose(layer.mean, Z.mean(axis=0), rtol=1e-10)
    np.testing.assert_allclose(layer.variance, Z.var(axis=0, ddof=1), rtol=1e-10)


def test_one_batch_moves_the_running_averages_by_momentum() -> None:
    layer = batch_norm(momentum=0.3)
    layer.forward(Z, 0)
    np.testing.assert_allclose(layer.mean, 0.3 * Z.mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(layer.variance, 0.7 + 0.3 * Z.var(axis=0, ddof=1), rtol=1e-13)


def test_measuring_uses_the_running_averages_and_leaves_them_alone() -> None:
    layer = batch_norm()
    layer.mean[...], layer.variance[...] = [1, 2, 3], [4, 5, 6]
    expected = layer.gamma * (Z - [1, 2, 3]) / np.sqrt(np.array([4, 5, 6]) + 1e-5) + layer.beta
    np.testing.assert_allclose(layer.forward(Z, None), expected, rtol=1e-12)
    np.testing.assert_array_equal(layer.mean, [1, 2, 3])
    np.testing.assert_array_equal(layer.variance, [4, 5, 6])


@given(ROWS)
def test_batch_norm_takes_mean_and_scale_away(z: np.ndarray) -> None:
    layer = batch_norm()
    layer.gamma[...], layer.beta[...] = 1, 0
    Y = layer.forward(z, 0)
    np.testing.assert_allclose(Y.mean(axis=0), 0, atol=1e-9)
    assert (Y.var(axis=0) <= 1 + 1e-9).all()


@every_normalization
def test_one_example_and_constant_values_give_no_nan(spec: Normalization) -> None:
    layer = build(spec)
    for X in (np.full((1, WIDTH), 7.0), np.full((N, WIDTH), 1e-310), np.full((N, WIDTH), 1e100)):
        assert np.isfinite(layer.forward(X, 0)).all()
        assert np.isfinite(layer.backward(np.ones_like(X), need_dX=True)).all()


@every_normalization
def test_backward_is_the_numerical_gradient(spec: Normalization) -> None:
    layer = build(spec)
    weights = np.random.default_rng(2).standard_normal((N, WIDTH))

    def value(z: np.ndarray) -> float:
        return float((layer.forward(z, 0) * weights).sum())

    def slope(array: np.ndarray, place: tuple[int, ...]) -> float:
        kept, h = array[place], 1e-5
        ends = []
        for sign in (1, -1):
            array[place] = kept + sign * h
            ends.append(value(z))
        array[place] = kept
        return (ends[0] - ends[1]) / (2 * h)

    z = Z.copy()
    value(z)
    dZ = layer.backward(weights, need_dX=True)
    dgamma, dbeta = layer.dgamma.copy(), layer.dbeta.copy()
    np.testing.assert_allclose(dZ, [[slope(z, (n, j)) for j in range(WIDTH)] for n in range(N)], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(dgamma, [slope(layer.gamma, (j,)) for j in range(WIDTH)], rtol=1e-7)
    np.testing.assert_allclose(dbeta, [slope(layer.beta, (j,)) for j in range(WIDTH)], rtol=1e-7)


@every_normalization
def test_float32_is_near_float64(spec: Normalization) -> None:
    layer, exact = build(spec, np.float32), build(spec)
    np.testing.assert_allclose(layer.forward(Z.astype(np.float32), 1), exact.forward(Z, 1), rtol=1e-4, atol=1e-4)


@every_normalization
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_precision_stays_and_so_do_the_inputs(spec: Normalization, dtype: type) -> None:
    layer, z, dY = build(spec, dtype), Z.astype(dtype), np.linspace(-1, 1, Z.size, dtype=dtype).reshape(Z.shape)
    given_dY, parameters = dY.copy(), (layer.gamma.copy(), layer.beta.copy())
    Y, measured = layer.forward(z, 0), layer.forward(z, None)
    layer.forward(z, 0)
    dZ = layer.backward(dY, need_dX=True)
    assert dZ is not None
    assert Y.dtype == measured.dtype == dZ.dtype == dtype
    assert all(array.dtype == dtype for array in vars(layer).values() if isinstance(array, np.ndarray))
    np.testing.assert_array_equal(z, Z.astype(dtype))
    np.testing.assert_array_equal(dY, given_dY)
    np.testing.assert_array_equal((layer.gamma, layer.beta), parameters)


@every_normalization
def test_it_starts_as_a_plain_normalisation(spec: Normalization) -> None:
    """γ = 1 and β = 0, and running averages of mean 0 and variance 1, which change nothing."""
    parameters = {name: np.zeros(shape) for name, shape in spec.parameter_shapes(WIDTH).items()}
    statistics = {name: np.zeros(shape) for name, shape in spec.statistic_shapes(WIDTH).items()}
    layer = spec.build(Tensors(parameters, {name: array.copy() for name, array in parameters.items()}, statistics))
    np.testing.assert_array_equal(layer.gamma, 1)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(layer.beta, 0)  # type: ignore[attr-defined]
    if isinstance(layer, BatchNormLayer):
        np.testing.assert_allclose(layer.forward(Z, None), Z / np.sqrt(1 + 1e-5), rtol=1e-12)


def test_a_batch_of_one_example_says_nothing_of_the_variance() -> None:
    layer = batch_norm()
    layer.forward(Z, 0)
    mean, variance = layer.mean.copy(), layer.variance.copy()
    layer.forward(Z[:1], 1)
    np.testing.assert_array_equal(layer.mean, mean)
    np.testing.assert_array_equal(layer.variance, variance)


def test_a_batch_of_two_examples_says_something_of_it() -> None:
    layer = batch_norm(momentum=0.5)
    z = np.array([[1.0, 2.0, 3.0], [3.0, 2.0, -1.0]])
    layer.forward(z, 0)
    np.testing.assert_allclose(layer.mean, z.mean(axis=0) / 2, rtol=1e-12)
    np.testing.assert_allclose(layer.variance, (1 + z.var(axis=0, ddof=1)) / 2, rtol=1e-12)
