from dataclasses import fields, replace

import numpy as np
import pytest

from bpcli.optim.optimizers import AnyOptimizer
from bpcli.optim.sgd import SGD
from bpcli.optim.subnormals import EVERY, TINY, flush_subnormals
from bpcli.training.update import Update
from tests.unions import members

from .helpers import make_parameters

SLOT = [1.0, -1.0, 2e-30, -2e-30, 9e-31, -9e-31, 1e-40, 0.0]
FLUSHED = [1.0, -1.0, 2e-30, -2e-30, 0, 0, 0, 0]
SWITCHES = ("momentum", "centered", "amsgrad")
"""what makes an optimizer remember more"""


@pytest.mark.parametrize(
    ("step", "expected"), [(0, SLOT), (EVERY - 2, SLOT), (EVERY - 1, FLUSHED), (EVERY, SLOT), (3 * EVERY - 1, FLUSHED)]
)
def test_what_is_too_small_is_zeroed_at_every_hundredth_step(step: int, expected: list[float]) -> None:
    slot = np.array(SLOT, np.float32)
    flush_subnormals({"velocity": slot}, ("velocity",), step=step)
    np.testing.assert_array_equal(slot, np.array(expected, np.float32))
    assert slot.dtype == np.float32


def test_only_the_slots_that_decay_are_swept() -> None:
    slots = {name: np.array(SLOT, np.float32) for name in ("mean", "largest")}
    flush_subnormals(slots, ("mean", "velocity"), step=EVERY - 1)
    np.testing.assert_array_equal(slots["mean"], np.array(FLUSHED, np.float32))
    np.testing.assert_array_equal(slots["largest"], np.array(SLOT, np.float32))


def test_nan_is_not_swept_away() -> None:
    slot = np.array([np.nan, np.inf])
    flush_subnormals({"velocity": slot}, ("velocity",), step=EVERY - 1)
    np.testing.assert_array_equal(slot, [np.nan, np.inf])


@pytest.mark.parametrize("optimizer", members(AnyOptimizer), ids=str)
def test_a_slot_that_decays_is_one_that_the_optimizer_may_have(optimizer: AnyOptimizer) -> None:
    everything = {f.name: type(f.default) is bool or 0.5 for f in fields(optimizer) if f.name in SWITCHES}
    assert set(optimizer.decaying_slots) <= set(replace(optimizer, **everything).init(np.ones(2)))


@pytest.mark.parametrize("nesterov", [False, True])
def test_weights_are_unchanged_to_rounding_and_no_velocity_stays_subnormal(nesterov: bool) -> None:
    """A gradient that stops after one step, as that of a pixel that is never lit again."""
    update, parameters = Update(SGD(momentum=0.9, nesterov=nesterov)), make_parameters(np.full(3, 3, np.float32))
    state, exact, velocity = update.start(parameters.theta), np.full(3, 3.0), np.zeros(3)
    for step in range(10 * EVERY):
        grad = np.array([1.0, 1e-3, 0.0]) if step == 0 else np.zeros(3)
        velocity = 0.9 * velocity + grad
        exact -= 0.1 * (grad + 0.9 * velocity if nesterov else velocity)
        parameters.grad[...], state.counters.step = grad, step
        update.apply(state, parameters, learning_rate=0.1, reevaluate=float)
    np.testing.assert_allclose(parameters.theta, exact, rtol=2e-6)
    assert 0 < np.abs(velocity[0]) < TINY
    assert not state.slots["velocity"].any()
