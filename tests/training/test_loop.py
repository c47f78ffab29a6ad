"""The loop trains, says what it does, and can be stopped and resumed at any event."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from bpcli.errors import DivergedError
from bpcli.optim.adam import Adam
from bpcli.optim.clipping import Clipping
from bpcli.optim.lbfgs import LBFGS
from bpcli.optim.optimizers import AnyOptimizer
from bpcli.optim.rmsprop import RMSProp
from bpcli.optim.schedules import Plateau, Schedule, with_length
from bpcli.optim.sgd import SGD
from bpcli.training.events import CheckpointDue, Evaluated, StepDone, Stopped
from bpcli.training.experiment import Experiment
from bpcli.training.loop import train
from bpcli.training.state import Counters, State
from tests.unions import members

from .conftest import MakeExperiment

STEPS_PER_EPOCH = 5


def finish(experiment: Experiment, state: State) -> list[object]:
    return [event for event in train(experiment, state) if not isinstance(event, StepDone)]


def test_an_epoch_is_steps_then_an_evaluation_then_a_checkpoint(experiment: MakeExperiment) -> None:
    setup = experiment(epochs=2)
    kinds = [type(event) for event in train(setup, setup.start())]
    assert kinds == [*[*[StepDone] * STEPS_PER_EPOCH, Evaluated, CheckpointDue] * 2, Stopped]


def test_evaluate_every_leaves_out_epochs_but_never_the_last(experiment: MakeExperiment) -> None:
    setup = experiment(epochs=5, evaluate_every=2)
    assert [event.epoch for event in train(setup, setup.start()) if isinstance(event, Evaluated)] == [2, 4, 5]


def test_every_steps_saves_within_an_epoch(experiment: MakeExperiment) -> None:
    setup = experiment(epochs=1, every_steps=2)
    events = list(train(setup, setup.start()))
    assert [events[i - 1].step for i, event in enumerate(events) if event == CheckpointDue(best=False)] == [2, 4]


def test_the_short_last_batch_weighs_what_it_should(experiment: MakeExperiment) -> None:
    setup = experiment(epochs=1)
    events = list(train(setup, setup.start()))
    steps = [event for event in events if isinstance(event, StepDone)]
    assert [step.examples for step in steps] == [5, 5, 5, 5, 2]
    evaluated = next(event for event in events if isinstance(event, Evaluated))
    assert evaluated.metrics["train_loss"] == pytest.approx(
        sum(step.loss * step.examples for step in steps) / 22, rel=1e-6
    )


def test_training_reduces_the_loss(experiment: MakeExperiment) -> None:
    setup = experiment(epochs=150)
    losses = [event.metrics["train_loss"] for event in train(setup, setup.start()) if isinstance(event, Evaluated)]
    assert losses[-1] < losses[0] / 3


def assert_resumes(make: Callable[[], Experiment], stop_at: int) -> None:
    """Stopped after so many steps and resumed, it is bit for bit the run that never stopped."""
    straight = make()
    straight_state = straight.start()
    straight_events = finish(straight, straight_state)

    first = make()
    state = first.start()
    events: list[object] = []
    if stop_at:
        with closing(train(first, state)) as running:
            for event in running:
                if isinstance(event, StepDone):
                    if event.step == stop_at:
                        break
                else:
                    events.append(event)

    second = make()
    network, expected = second.objective.network, straight.objective.network
    network.parameters.theta[...] = first.objective.network.parameters.theta
    network.statistics.values[...] = first.objective.network.statistics.values
    resumed = second.start()
    for name, slot in state.slots.items():
        resumed.slots[name][...] = slot
    if resumed.average is not None:
        resumed.average[...] = state.average
    resumed.counters = Counters.from_dict(state.counters.to_dict())
    events += finish(second, resumed)

    assert network.parameters.theta.tobytes() == expected.parameters.theta.tobytes()
    assert network.statistics.values.tobytes() == expected.statistics.values.tobytes()
    for name, slot in straight_state.slots.items():
        assert resumed.slots[name].tobytes() == slot.tobytes(), name
    if straight_state.average is not None:
        assert np.array_equal(resumed.average, straight_state.average)
    assert events == straight_events


@pytest.mark.parametrize("everything", [False, True], ids=["plain", "everything"])
@pytest.mark.parametrize("stop_at", range(3 * STEPS_PER_EPOCH + 1))
def test_resumed_at_any_step_it_is_bit_for_bit_the_run_that_never_stopped(
    experiment: MakeExperiment, stop_at: int, everything: bool
) -> None:
    assert_resumes(partial(experiment, everything=everything), stop_at)


@pytest.mark.parametrize(
    "schedule",
    [
        *(replace(schedule, warmup=1, per="step") for schedule in members(Schedule, milestones=(3, 8))),
        Plateau(patience=0, min_delta=10.0, monitor="validation_loss", mode="min"),
    ],
    ids=lambda schedule: f"{schedule.name}, warmup {schedule.warmup}",
)
@pytest.mark.parametrize("stop_at", range(3 * STEPS_PER_EPOCH + 1))
def test_every_schedule_resumes_at_any_step(experiment: MakeExperiment, stop_at: int, schedule: Schedule) -> None:
    whole = with_length(schedule, epochs=3, steps_per_epoch=STEPS_PER_EPOCH)
    if isinstance(whole, Plateau):
        whole = replace(whole, monitor="validation_loss", mode="min")
    assert_resumes(partial(experiment, schedule=whole), stop_at)


@pytest.mark.parametrize(
    "optimizer",
    [
        *members(AnyOptimizer),
        SGD(momentum=0.9),
        RMSProp(centered=True, momentum=0.5),
        Adam(amsgrad=True),
        LBFGS(history=3),
    ],
    ids=str,
)
@pytest.mark.parametrize("stop_at", range(3 * STEPS_PER_EPOCH + 1))
def test_every_optimizer_resumes_at_any_step(experiment: MakeExperiment, stop_at: int, optimizer: AnyOptimizer) -> None:
    assert_resumes(partial(experiment, optimizer=optimizer), stop_at)


def test_a_plateau_lowers_the_rate(experiment: MakeExperiment) -> None:
    plateau = Plateau(patience=0, min_delta=10.0, drop=0.5, monitor="validation_loss", mode="min")
    setup = experiment(epochs=5, schedule=plateau)
    events = train(setup, setup.start())
    assert [event.learning_rate for event in events if isinstance(event, Evaluated)] == [0.1, 0.1, 0.05, 0.025, 0.0125]


def test_early_stopping_waits_for_its_patience(experiment: MakeExperiment) -> None:
    setup = experiment(epochs=500, patience=3, learning_rate=0.3)
    state = setup.start()
    events = finish(setup, state)
    values = [event.metrics["validation_loss"] for event in events if isinstance(event, Evaluated)]
    assert events[-1] == Stopped("stopped_early")
    assert len(values) - 1 - int(np.argmin(values)) == 3
    assert state.counters.best is not None
    assert state.counters.best.value == min(values)


def test_divergence_is_an_error_that_says_where(experiment: MakeExperiment) -> None:
    setup = experiment(learning_rate=1e30)
    with (
        np.errstate(all="ignore"),
        pytest.raises(DivergedError, match=r"step \d+: .* is not finite; the learning rate"),
    ):
        list(train(setup, setup.start()))


def test_losses_whose_sum_is_not_finite_are_a_divergence(experiment: MakeExperiment) -> None:
    """Each is finite, and the mean over the epoch would not be."""
    trained = experiment()
    state = trained.start()
    state.counters.sums = {"loss": math.inf, "accuracy": 5}
    state.counters.batch, state.counters.seen = 1, 5
    with pytest.raises(DivergedError, match="step 1: the loss is not finite"):
        list(train(trained, state))


def test_a_loss_that_is_not_finite_counts_for_the_step_it_was_for(experiment: MakeExperiment) -> None:
    trained = experiment()
    state = trained.start()
    events = train(trained, state)
    next(events)
    trained.objective.network.parameters.theta[0] = np.nan
    with pytest.raises(DivergedError, match=r"step 2: layers\.0\.W is not finite"):
        next(events)
    assert state.counters.step == 1


def test_a_nan_in_the_data_is_told_from_a_rate_too_large(experiment: MakeExperiment) -> None:
    setup = experiment()
    setup.batches._inputs._x[3, 1] = np.nan
    with pytest.raises(DivergedError, match="the input is not finite; column number 1 holds"):
        list(train(setup, setup.start()))


@pytest.mark.parametrize("clipping", [Clipping(), Clipping(value=0.05, norm=0.1)], ids=["free", "clipped"])
def test_momentum_is_of_gradients_whatever_the_rate_was_then(experiment: MakeExperiment, clipping: Clipping) -> None:
    """v ← μ v + g and θ ← θ - η v, with the η of the step, as in PyTorch."""
    optimizer = SGD(learning_rate=0.1, momentum=0.9)
    ours, by_hand = experiment(optimizer=optimizer, epochs=2), experiment(optimizer=optimizer)
    ours = replace(ours, update=replace(ours.update, clipping=clipping))
    list(train(ours, ours.start()))
    parameters, velocity, step = by_hand.objective.network.parameters, 0.0, 0
    for epoch in range(2):
        for X, T in by_hand.batches.epoch(epoch):
            by_hand.objective.forward(X, T, step)
            by_hand.objective.backward(len(X))
            g = parameters.grad
            if clipping != Clipping():
                g = np.clip(g, -0.05, 0.05)
                g = g * min(1.0, 0.1 / np.linalg.norm(g))
            velocity = 0.9 * velocity + g
            parameters.theta -= np.float32(0.1 / (1 + 0.1 * step)) * velocity
            step += 1
    np.testing.assert_allclose(ours.objective.network.parameters.theta, parameters.theta, rtol=1e-4, atol=1e-6)
