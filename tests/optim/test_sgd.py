import numpy as np
import pytest

from bpcli.optim.sgd import SGD
from tests.optim.conftest import MakeParameters


def test_momentum_is_the_only_memory() -> None:
    theta = np.ones(6, np.float32)
    assert SGD().init(theta) == {}
    slots = SGD(momentum=0.9).init(theta)
    assert list(slots) == ["velocity"]
    assert slots["velocity"].ctypes.data % 64 == 0


@pytest.mark.parametrize("nesterov", [False, True])
def test_the_velocity_is_that_of_the_formula(parameters: MakeParameters, nesterov: bool) -> None:
    optimizer, ours = SGD(momentum=0.5, dampening=0 if nesterov else 0.25, nesterov=nesterov), parameters()
    slots = optimizer.init(ours.theta)
    for step in range(2):
        ours.grad[...] = 8
        optimizer.update(slots, ours, learning_rate=0.1, step=step, revalue=float)
    np.testing.assert_array_equal(slots["velocity"], np.full(6, 12.0 if nesterov else 9.0))


def test_the_rate_of_the_schedule_is_used_and_not_the_own_one(parameters: MakeParameters) -> None:
    ours = parameters(0.0)
    ours.grad[...] = 1
    SGD(learning_rate=100.0).update({}, ours, learning_rate=0.25, step=0, revalue=float)
    np.testing.assert_array_equal(ours.theta, np.full(6, -0.25))
