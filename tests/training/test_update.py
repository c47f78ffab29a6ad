"""One update: clip, step, keep within the limits, average."""

from __future__ import annotations

import numpy as np
import pytest

from bpcli.nn.parameters import Parameters
from bpcli.optim.averaging import MovingAverage
from bpcli.optim.clipping import Clipping, MaxNorm
from bpcli.optim.optimizers import AnyOptimizer
from bpcli.optim.sgd import SGD
from bpcli.optim.subnormals import EVERY
from bpcli.training.update import Update
from tests.unions import members

RATE = 0.5
GRADIENTS = np.random.default_rng(0).standard_normal((6, 8))


def make_parameters(dtype: type = np.float64) -> Parameters:
    parameters = Parameters({"W": (2, 3), "b": (2,)}, dtype)
    parameters.theta[...] = np.random.default_rng(1).standard_normal(8)
    return parameters


def test_it_clips_steps_keeps_the_weights_short_and_averages_in_this_order() -> None:
    parameters = make_parameters()
    W = parameters.views["W"]
    update = Update(SGD(momentum=0.9), Clipping(norm=0.7), MaxNorm(((W, 0.8),)), MovingAverage(decay=0.6))
    state = update.start(parameters.theta)
    theta, velocity = parameters.theta.copy(), np.zeros(8)
    average = theta.copy()
    for step, gradient in enumerate(GRADIENTS):
        parameters.grad[...], state.counters.step = gradient, step
        update.apply(state, parameters, learning_rate=RATE, reevaluate=float)

        velocity = 0.9 * velocity + gradient * min(1.0, 0.7 / np.linalg.norm(gradient))
        theta -= RATE * velocity
        weights = theta[:6].reshape(2, 3)
        weights *= np.minimum(1.0, 0.8 / np.linalg.norm(weights, axis=0))
        beta = min(0.6, (1 + step) / (10 + step))
        average = beta * average + (1 - beta) * theta
        np.testing.assert_allclose(parameters.theta, theta, rtol=1e-12)
        assert state.average is not None
        np.testing.assert_allclose(state.average, average, rtol=1e-12)
    np.testing.assert_allclose(state.slots["velocity"], velocity, rtol=1e-12)
    assert (np.linalg.norm(W, axis=0) <= 0.8 + 1e-12).all()


def test_an_average_starts_at_the_weights_and_is_an_array_of_its_own() -> None:
    theta = make_parameters().theta
    average = Update(SGD(), average=MovingAverage()).start(theta).average
    assert average is not None
    np.testing.assert_array_equal(average, theta)
    assert not np.shares_memory(average, theta)
    assert Update(SGD()).start(theta).average is None


def test_the_memory_is_swept_of_subnormals_by_the_count_of_updates() -> None:
    parameters, update = make_parameters(), Update(SGD(momentum=0.5))
    state = update.start(parameters.theta)
    for step, is_swept in ((EVERY - 2, False), (EVERY - 1, True)):
        state.slots["velocity"][...], state.counters.step = 1e-31, step
        parameters.grad[...] = 0
        update.apply(state, parameters, learning_rate=RATE, reevaluate=float)
        assert (not state.slots["velocity"].any()) is is_swept


@pytest.mark.parametrize("optimizer", members(AnyOptimizer), ids=str)
def test_float32_stays_float32(optimizer: AnyOptimizer) -> None:
    parameters = make_parameters(np.float32)
    update = Update(
        optimizer, Clipping(value=0.9, norm=0.7), MaxNorm(((parameters.views["W"], 0.8),)), MovingAverage(decay=0.6)
    )
    state = update.start(parameters.theta)

    def evaluate() -> float:
        parameters.grad[...] = parameters.theta
        return float(parameters.theta @ parameters.theta) / 2

    for step in range(3):
        evaluate()
        state.counters.step = step
        update.apply(state, parameters, learning_rate=0.01, reevaluate=evaluate)
    assert state.average is not None
    arrays = (parameters.theta, parameters.grad, state.average, *state.slots.values())
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}
