import numpy as np
import pytest

from bpcli.optim.base import BLOCK
from bpcli.optim.sgd import SGD
from bpcli.optim.subnormals import EVERY, TINY, flush_subnormals

from .helpers import make_parameters

SLOT = [1.0, -1.0, 2e-30, -2e-30, 9e-31, -9e-31, 1e-40, 0.0]
FLUSHED = [1.0, -1.0, 2e-30, -2e-30, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("step", "expected"), [(0, SLOT), (EVERY - 2, SLOT), (EVERY - 1, FLUSHED), (EVERY, SLOT), (3 * EVERY - 1, FLUSHED)]
)
def test_what_is_too_small_is_zeroed_at_every_hundredth_step(step: int, expected: list[float]) -> None:
    slot = np.array(SLOT, np.float32)
    flush_subnormals(slot, step=step)
    np.testing.assert_array_equal(slot, np.array(expected, np.float32))


def test_a_long_slot_is_swept_to_its_end() -> None:
    slot = np.full(2 * BLOCK + 3, 1e-31)
    flush_subnormals(slot, step=EVERY - 1)
    assert not slot.any()


def test_nan_is_not_swept_away() -> None:
    slot = np.array([np.nan, np.inf])
    flush_subnormals(slot, step=EVERY - 1)
    np.testing.assert_array_equal(slot, [np.nan, np.inf])


@pytest.mark.parametrize("nesterov", [False, True])
def test_weights_are_unchanged_to_rounding_and_no_velocity_stays_subnormal(nesterov: bool) -> None:
    """A gradient that stops after one step, as that of a pixel that is never lit again."""
    optimizer, steps = SGD(momentum=0.9, nesterov=nesterov), 10 * EVERY
    parameters, exact = make_parameters(np.full(3, 3, np.float32)), np.full(3, 3.0)
    slots, velocity = optimizer.init(parameters.theta), np.zeros(3)
    for step in range(steps):
        grad = np.array([1.0, 1e-3, 0.0]) if step == 0 else np.zeros(3)
        velocity = 0.9 * velocity + grad
        exact -= 0.1 * (grad + 0.9 * velocity if nesterov else velocity)
        parameters.grad[...] = optimizer.scale(0.1) * grad
        optimizer.update(slots, parameters, learning_rate=0.1, step=step, revalue=float)
    np.testing.assert_allclose(parameters.theta, exact, rtol=2e-6)
    assert 0 < np.abs(velocity[0]) < TINY
    assert not slots["displacement"].any()


def test_a_velocity_in_the_place_of_the_gradient_is_flushed_too() -> None:
    parameters = make_parameters(np.ones(3, np.float32))
    parameters.grad[...] = [1, 1e-31, 1e-40]
    SGD(momentum=0.9).update(
        {"displacement": parameters.grad}, parameters, learning_rate=0.1, step=EVERY - 1, revalue=float
    )
    np.testing.assert_array_equal(parameters.grad, np.array([1, 0, 0], np.float32))
