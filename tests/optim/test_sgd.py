import numpy as np
import pytest

from bpcli.optim.sgd import SGD

P = 6


OPTIMIZERS = [
    SGD(),
    SGD(momentum=0.9),
    SGD(momentum=0.9, dampening=0.9),
    SGD(momentum=0.5, dampening=0.1),
    SGD(momentum=0.9, dampening=1.0),
    SGD(momentum=0.9, nesterov=True),
]


def by_hand(
    optimizer: SGD, theta: np.ndarray, grads: list[np.ndarray], rates: list[float]
) -> tuple[np.ndarray, np.ndarray]:
    """The update rule of the docstring, an entry at a time."""
    w, v = list(theta), [0.0] * len(theta)
    for g, rate in zip(grads, rates, strict=True):
        for i in range(len(w)):
            v[i] = optimizer.momentum * v[i] + (1 - optimizer.dampening) * g[i]
            w[i] -= rate * (g[i] + optimizer.momentum * v[i] if optimizer.nesterov else v[i])
    return np.array(w), np.array(v)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_ten_steps_are_those_by_hand(optimizer: SGD) -> None:
    rng = np.random.default_rng(0)
    theta, grads = rng.standard_normal(P), [rng.standard_normal(P) for _ in range(10)]
    expected, velocity = by_hand(optimizer, theta, grads, [0.1] * 10)
    slots = optimizer.init(theta)
    for step, grad in enumerate(grads):
        optimizer.update(slots, theta, grad, learning_rate=0.1, step=step)
    np.testing.assert_allclose(theta, expected, rtol=1e-13, atol=1e-15)
    if optimizer.momentum:
        np.testing.assert_allclose(slots["velocity"], velocity, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_rate_that_changes_and_comes_to_zero_takes_no_velocity_with_it(optimizer: SGD) -> None:
    rng = np.random.default_rng(0)
    rates = [0.1, 0.1, 0.3, 0.02, 0.0, 0.0, 0.1, 1e-9, 0.0, 0.2]
    theta, grads = rng.standard_normal(P), [rng.standard_normal(P) for _ in rates]
    expected, velocity = by_hand(optimizer, theta, grads, rates)
    slots = optimizer.init(theta)
    for step, (grad, rate) in enumerate(zip(grads, rates, strict=True)):
        before = theta.copy()
        optimizer.update(slots, theta, grad, learning_rate=rate, step=step)
        assert rate or np.array_equal(before, theta)
    np.testing.assert_allclose(theta, expected, rtol=1e-13, atol=1e-15)
    if optimizer.momentum:
        np.testing.assert_allclose(slots["velocity"], velocity, rtol=1e-13, atol=1e-15)


def test_the_smallest_rates_are_taken_as_they_are() -> None:
    for rate in (1e-14, 1e-20):
        theta, optimizer = np.zeros(P), SGD(momentum=0.9)
        optimizer.update(optimizer.init(theta), theta, np.ones(P), learning_rate=rate, step=0)
        np.testing.assert_allclose(theta, np.full(P, -rate), atol=0)
