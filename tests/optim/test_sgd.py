import numpy as np
import pytest

from bpcli.optim.sgd import SGD

from .helpers import make_parameters

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
    parameters = make_parameters(theta)
    theta, slots = parameters.theta, optimizer.init(theta)
    for step, grad in enumerate(grads):
        parameters.grad[...] = optimizer.scale(0.1) * grad
        optimizer.update(slots, parameters, learning_rate=0.1, step=step, revalue=float)
    np.testing.assert_allclose(theta, expected, rtol=1e-13, atol=1e-15)
    if optimizer.momentum:
        np.testing.assert_allclose(slots["displacement"], 0.1 * velocity, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_rate_that_changes_and_comes_to_zero_takes_no_velocity_with_it(optimizer: SGD) -> None:
    rng = np.random.default_rng(0)
    rates = [0.1, 0.1, 0.3, 0.02, 0.0, 0.0, 0.1, 1e-9, 0.0, 0.2]
    grads = [rng.standard_normal(P) for _ in rates]
    parameters = make_parameters(rng.standard_normal(P))
    expected, _ = by_hand(optimizer, parameters.theta, grads, rates)
    slots, last = optimizer.init(parameters.theta), 0.0
    for step, (grad, rate) in enumerate(zip(grads, rates, strict=True)):
        before = parameters.theta.copy()
        parameters.grad[...] = optimizer.scale(rate) * grad
        optimizer.change_rate(slots, last, rate)
        optimizer.update(slots, parameters, learning_rate=rate, step=step, revalue=float)
        assert rate or np.array_equal(before, parameters.theta)
        last = rate
    np.testing.assert_allclose(parameters.theta, expected, rtol=1e-13, atol=1e-15)


def test_a_velocity_kept_at_rate_zero_is_no_larger_for_an_optimizer_of_another_rate() -> None:
    slots = {"displacement": np.full(P, 0.1)}
    SGD(learning_rate=0.1, momentum=0.9).change_rate(slots, 0.1, 0.0)
    SGD(learning_rate=0.001, momentum=0.9).change_rate(slots, 0.0, 0.001)
    np.testing.assert_allclose(slots["displacement"], np.full(P, 0.001))


def test_the_smallest_rates_are_taken_as_they_are() -> None:
    for rate in (1e-14, 1e-20):
        parameters, optimizer = make_parameters(np.zeros(P)), SGD(momentum=0.9)
        parameters.grad[...] = optimizer.scale(rate)
        optimizer.update(optimizer.init(parameters.theta), parameters, learning_rate=rate, step=0, revalue=float)
        np.testing.assert_allclose(parameters.theta, np.full(P, -rate), atol=0)


def test_momentum_is_the_only_memory() -> None:
    theta = np.ones(P, np.float32)
    assert SGD().init(theta) == {}
    slots = SGD(momentum=0.9).init(theta)
    assert list(slots) == ["displacement"]
    assert slots["displacement"].dtype == np.float32
    assert slots["displacement"].ctypes.data % 64 == 0
    assert not slots["displacement"].any()


@pytest.mark.parametrize("optimizer", [SGD(), SGD(momentum=0.9), SGD(momentum=0.9, nesterov=True)])
def test_everything_happens_in_place_and_in_the_same_precision(optimizer: SGD) -> None:
    parameters = make_parameters(np.ones(P, np.float32))
    theta, parameters.grad[...] = parameters.theta, 1
    view, slots = theta[:2], optimizer.init(theta)
    before = dict(slots)
    optimizer.update(slots, parameters, learning_rate=0.1, step=0, revalue=float)
    assert view[0] != 1
    assert theta.dtype == np.float32
    assert all(slots[name] is before[name] for name in slots)


def test_the_rate_of_the_schedule_is_used_and_not_the_own_one() -> None:
    parameters = make_parameters(np.zeros(P))
    parameters.grad[...] = SGD(learning_rate=100.0).scale(0.25)
    SGD(learning_rate=100.0).update({}, parameters, learning_rate=0.25, step=0, revalue=float)
    np.testing.assert_array_equal(parameters.theta, np.full(P, -0.25))


def test_summed_up_where_the_gradient_is_its_steps_are_the_same() -> None:
    rng, optimizer = np.random.default_rng(0), SGD(momentum=0.9)
    rates = [0.1, 0.1, 0.3, 0.02, 0.0, 0.0, 0.1, 1e-9, 0.0, 0.2]
    grads = [rng.standard_normal(P) for _ in rates]
    parameters = make_parameters(rng.standard_normal(P))
    expected, velocity = by_hand(optimizer, parameters.theta, grads, rates)
    slots, last = {"displacement": parameters.grad}, 0.0
    for step, (grad, rate) in enumerate(zip(grads, rates, strict=True)):
        parameters.grad[...] = optimizer.carry(last, rate) * parameters.grad + optimizer.scale(rate) * grad
        optimizer.update(slots, parameters, learning_rate=rate, step=step, revalue=float)
        last = rate
    np.testing.assert_allclose(parameters.theta, expected, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(parameters.grad, 0.2 * velocity, rtol=1e-12)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_only_the_classic_form_is_a_decaying_sum_of_gradients(optimizer: SGD) -> None:
    assert optimizer.carry(0.1, 0.1) == (0.9 if optimizer == SGD(momentum=0.9) else 0)
