"""The gradient that is never cleared: momentum's sum, made where the gradient is."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from bpcli.optim.adam import Adam
from bpcli.optim.averaging import MovingAverage
from bpcli.optim.clipping import Clipping
from bpcli.optim.schedules import Cosine, InverseTime, Schedule, Step
from bpcli.optim.sgd import SGD
from bpcli.training.loop import train
from bpcli.training.update import Update
from tests.marks import needs_gemm

from .conftest import MakeExperiment

pytestmark = needs_gemm

LARGE = (150, 150)
MOMENTUM = SGD(learning_rate=0.05, momentum=0.9)


def test_the_displacement_of_a_large_network_is_its_gradient(experiment: MakeExperiment) -> None:
    large = experiment(hidden=LARGE, optimizer=MOMENTUM)
    large.objective.network.parameters.grad[...] = 1
    state = large.start()
    assert state.accumulates
    assert state.slots["displacement"] is large.objective.network.parameters.grad
    assert not state.slots["displacement"].any()


@pytest.mark.parametrize(
    "update",
    [
        Update(SGD(learning_rate=0.05)),
        Update(SGD(learning_rate=0.05, momentum=0.9, nesterov=True)),
        Update(SGD(learning_rate=0.05, momentum=0.9, dampening=0.1)),
        Update(Adam()),
        Update(MOMENTUM, Clipping(norm=1.0)),
        Update(MOMENTUM, Clipping(value=1.0)),
        Update(MOMENTUM, average=MovingAverage()),
    ],
    ids=["no momentum", "nesterov", "dampening", "adam", "norm", "value", "average"],
)
def test_where_the_gradient_is_needed_by_itself_it_stays_so(experiment: MakeExperiment, update: Update) -> None:
    network = experiment(hidden=LARGE).objective.network
    assert network.can_accumulate
    state = update.start(network)
    assert not state.accumulates
    assert all(slot is not network.parameters.grad for slot in state.slots.values())
    assert update.carry(state, 0.05) == 0


def test_a_small_network_is_quicker_without(experiment: MakeExperiment) -> None:
    assert not experiment(optimizer=MOMENTUM).start().accumulates


@pytest.mark.parametrize(
    "schedule",
    [InverseTime(decay=0.1, per="step"), Cosine(per="step", length=7, warmup=2), Step(step_size=1, gamma=0.5)],
    ids=["inverse_time", "cosine, to zero", "step"],
)
def test_training_is_the_same_to_rounding(experiment: MakeExperiment, schedule: Schedule) -> None:
    make = partial(experiment, hidden=LARGE, optimizer=MOMENTUM, schedule=schedule)
    summed, separate = make(), make()
    separate.objective.network.__dict__["can_accumulate"] = False
    states = summed.start(), separate.start()
    assert [state.accumulates for state in states] == [True, False]
    events = [list(train(*pair)) for pair in zip((summed, separate), states, strict=True)]
    assert len(events[0]) == len(events[1])
    ours, theirs = (each.objective.network.parameters for each in (summed, separate))
    np.testing.assert_allclose(ours.theta, theirs.theta, rtol=0, atol=2e-6)
    np.testing.assert_allclose(states[0].slots["displacement"], states[1].slots["displacement"], rtol=0, atol=2e-6)
    assert np.abs(theirs.theta - make().objective.network.parameters.theta).max() > 1e-2
