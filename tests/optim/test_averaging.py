import numpy as np
import pytest

from bpcli.optim.averaging import MovingAverage


def test_the_average_is_the_textbook_recursion() -> None:
    rng = np.random.default_rng(0)
    weights = rng.standard_normal((60, 3))
    average, expected = weights[0].copy(), weights[0].copy()
    for step, theta in enumerate(weights):
        MovingAverage(decay=0.8).update(average, theta, step=step)
        beta = min(0.8, (1 + step) / (10 + step))
        expected = beta * expected + (1 - beta) * theta
        np.testing.assert_allclose(average, expected, rtol=1e-12)


def test_weights_that_stand_still_are_their_own_average() -> None:
    theta = np.array([0.1, -3.0])
    average = theta.copy()
    for step in range(100):
        MovingAverage().update(average, theta, step=step)
    np.testing.assert_array_equal(average, theta)


@pytest.mark.parametrize("decay", [0.5, 0.99])
def test_the_average_stays_between_the_weights_it_has_seen(decay: float) -> None:
    average = np.zeros(1, np.float32)
    for step in range(50):
        MovingAverage(decay=decay).update(average, np.full(1, step % 2, np.float32), step=step)
        assert 0 <= average[0] <= 1
    assert average.dtype == np.float32
