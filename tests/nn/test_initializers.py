import numpy as np
import pytest

from bpcli.nn.initializers import (
    Initializer,
    Normal,
    ScaledNormal,
    ScaledUniform,
    Uniform,
    Zeros,
    default_initializer,
)

FAN_IN, FAN_OUT = 300, 200
VARIANCES: list[tuple[Initializer, float]] = [
    (Normal(std=0.3), 0.09),
    (Uniform(limit=0.3), 0.03),
    (ScaledNormal(name="glorot_normal"), 2 / 500),
    (ScaledUniform(name="glorot_uniform"), 2 / 500),
    (ScaledNormal(name="he_normal"), 2 / 300),
    (ScaledUniform(name="he_uniform"), 2 / 300),
    (ScaledNormal(name="lecun_normal"), 1 / 300),
    (ScaledUniform(name="lecun_uniform"), 1 / 300),
]


def draw(initializer: Initializer) -> np.ndarray:
    return initializer.draw(np.random.default_rng(0), FAN_IN, FAN_OUT)


@pytest.mark.parametrize(("initializer", "variance"), VARIANCES)
def test_weights_have_the_stated_variance_and_mean_zero(initializer: Initializer, variance: float) -> None:
    W = draw(initializer)
    assert W.shape == (FAN_IN, FAN_OUT)
    assert W.dtype == np.float64
    assert W.var() == pytest.approx(variance, rel=0.03)
    assert abs(W.mean()) < 4 * np.sqrt(variance / W.size)


@pytest.mark.parametrize(("initializer", "variance"), VARIANCES)
def test_uniform_forms_stay_within_their_limit_and_normal_forms_do_not(
    initializer: Initializer, variance: float
) -> None:
    largest = np.abs(draw(initializer)).max() / np.sqrt(variance)
    if initializer.name.endswith("uniform"):
        assert np.sqrt(3) * 0.999 < largest <= np.sqrt(3)
    else:
        assert largest > 3.5


def test_zeros_are_zero() -> None:
    assert not draw(Zeros()).any()


def test_relu_starts_with_he_and_the_rest_with_glorot() -> None:
    assert default_initializer("relu") == ScaledNormal(name="he_normal")
    assert {default_initializer(name) for name in ("tanh", "sigmoid", "softmax", "identity")} == {
        ScaledUniform(name="glorot_uniform")
    }
