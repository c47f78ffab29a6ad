import math

import numpy as np
import pytest

from bpcli.nn.special import erf


@pytest.mark.parametrize(
    "x", [np.linspace(-7, 7, 20001), np.geomspace(1e-300, 1, 999), np.array([0.0, -0.0, 1e30, -1e30, np.inf, 5e-324])]
)
def test_it_is_the_error_function_to_a_few_units_in_the_last_place(x: np.ndarray) -> None:
    np.testing.assert_allclose(erf(x), [math.erf(value) for value in x], rtol=1e-15, atol=0)


def test_it_is_odd_and_keeps_float32() -> None:
    x = np.linspace(-4, 4, 1001, dtype=np.float32)
    assert erf(x).dtype == np.float32
    np.testing.assert_array_equal(erf(-x), -erf(x))
    np.testing.assert_allclose(erf(x), [math.erf(value) for value in x], atol=2e-7)


def test_nan_stays_nan() -> None:
    assert np.isnan(erf(np.array([np.nan]))).all()
