import math

import numpy as np
import pytest

from bpcli.checks.cases import ACTIVATIONS
from bpcli.nn.activations import ELU, GELU, SELU, AnyActivation, LeakyReLU, ReLU, SiLU, Softplus
from bpcli.nn.initializers import (
    Constants,
    Initializer,
    Normal,
    Orthogonal,
    ScaledNormal,
    ScaledUniform,
    TruncatedNormal,
    Uniform,
    Zeros,
    default_initializer,
)
from tests.unions import covering

FAN_IN, FAN_OUT = 500, 300
TRUNCATED = 1 - 2 * 2 * math.exp(-2) / math.sqrt(2 * math.pi) / math.erf(math.sqrt(2))
"""variance of a standard normal variable between -2 and 2"""

VARIANCES: list[tuple[Initializer, float]] = [
    (Normal(std=0.3), 0.09),
    (TruncatedNormal(std=0.3), 0.09 * TRUNCATED),
    (Uniform(limit=0.3), 0.03),
    (ScaledNormal(name="he_normal"), 2 / FAN_IN),
    (ScaledUniform(name="he_uniform"), 2 / FAN_IN),
    (ScaledNormal(name="lecun_normal"), 1 / FAN_IN),
    (ScaledUniform(name="lecun_uniform", gain=2.0), 4 / FAN_IN),
    (ScaledNormal(name="glorot_normal", gain=0.5), 0.25 * 2 / (FAN_IN + FAN_OUT)),
    (ScaledUniform(name="glorot_uniform"), 2 / (FAN_IN + FAN_OUT)),
    (Orthogonal(gain=2.0), 4 / FAN_IN),
]


VARIED = [initializer for initializer, _ in VARIANCES]
FIXED = [Zeros(), Constants(value=-0.5)]
ALL = covering(Initializer, [*VARIED, *FIXED])


def draw(initializer: Initializer, *shape: int, seed: int = 0) -> np.ndarray:
    shape = shape or (FAN_IN, FAN_OUT)
    return initializer.draw(np.random.default_rng(seed), shape, fan_in=FAN_IN, fan_out=shape[-1])


@pytest.mark.parametrize(("initializer", "variance"), VARIANCES, ids=str)
def test_weights_have_the_stated_variance_and_mean_zero(initializer: Initializer, variance: float) -> None:
    W = draw(initializer)
    assert W.shape == (FAN_IN, FAN_OUT)
    assert W.dtype == np.float64
    assert abs(W.mean()) < 5 * math.sqrt(variance / W.size)
    assert W.var() == pytest.approx(variance, rel=0.02)


@pytest.mark.parametrize("initializer", ALL, ids=str)
def test_equal_generators_draw_equal_weights(initializer: Initializer) -> None:
    np.testing.assert_array_equal(draw(initializer), draw(initializer))
    is_fixed = isinstance(initializer, Zeros | Constants)
    assert (draw(initializer) == draw(initializer, seed=1)).all() == is_fixed


@pytest.mark.parametrize("initializer", ALL, ids=str)
def test_weights_and_biases_are_drawn_in_float64_for_the_network_to_round(initializer: Initializer) -> None:
    for shape in ((FAN_IN, FAN_OUT), (FAN_OUT,)):
        values = draw(initializer, *shape)
        assert values.shape == shape
        assert values.dtype == np.float64
        assert np.isfinite(values).all()


def test_uniform_forms_stay_within_their_limit() -> None:
    assert np.abs(draw(Uniform(limit=0.3))).max() <= 0.3
    limit = 2 * math.sqrt(3 / FAN_IN)
    assert 0.99 * limit < np.abs(draw(ScaledUniform(name="lecun_uniform", gain=2.0))).max() <= limit


def test_a_truncated_normal_has_no_tails_and_a_normal_one_has() -> None:
    assert 1.99 * 0.3 < np.abs(draw(TruncatedNormal(std=0.3))).max() <= 2 * 0.3
    assert np.abs(draw(Normal(std=0.3))).max() > 3 * 0.3


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4)])
def test_orthogonal_rows_or_columns_are_orthonormal(shape: tuple[int, int]) -> None:
    W = draw(Orthogonal(gain=3.0), *shape)
    product = W.T @ W if shape[0] >= shape[1] else W @ W.T
    np.testing.assert_allclose(product, 9 * np.eye(min(shape)), atol=1e-12)


def test_orthogonal_matrices_favour_no_direction() -> None:
    """The trace of a matrix uniform among the orthogonal ones has mean 0 and variance 1."""
    traces = [np.trace(draw(Orthogonal(), 3, 3, seed=seed)) for seed in range(2000)]
    assert abs(np.mean(traces)) < 5 / math.sqrt(2000)
    assert np.var(traces) == pytest.approx(1, rel=0.2)


def test_zeros_are_zero_and_constants_their_value() -> None:
    np.testing.assert_array_equal(draw(Zeros(), 2, 3), np.zeros((2, 3)))
    np.testing.assert_array_equal(draw(Constants(value=-0.5), 3), [-0.5] * 3)


def test_relu_and_its_relatives_start_with_he_selu_with_lecun_the_rest_with_glorot() -> None:
    for activation in covering(AnyActivation, ACTIVATIONS):
        if isinstance(activation, ReLU | LeakyReLU | ELU | GELU | SiLU | Softplus):
            assert default_initializer(activation) == ScaledNormal(name="he_normal")
        elif isinstance(activation, SELU):
            assert default_initializer(activation) == ScaledNormal(name="lecun_normal")
        else:
            assert default_initializer(activation) == ScaledUniform(name="glorot_uniform")
