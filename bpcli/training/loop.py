"""The training loop: forward, backward, update, and an event for each step.

It is a generator that never prints and never opens a file: its caller draws, logs, saves and stops. At every
event the state can be saved, and a training resumed from it goes on bit for bit as this one would.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from functools import partial

from bpcli.nn.arrays import Array
from bpcli.optim.schedules import Plateau, learning_rate
from bpcli.training.divergence import diverged, diverged_in, require_finite
from bpcli.training.evaluate import measure
from bpcli.training.events import CheckpointDue, Evaluated, Event, Reason, StepDone, Stopped, Waiting
from bpcli.training.experiment import Experiment
from bpcli.training.metrics import add_sums
from bpcli.training.state import Best, Counters, State, averaged


def train(experiment: Experiment, state: State) -> Generator[Event, None, None]:
    """Train from `state` on, changing it and the network's parameters in place.

    Raises `DivergedError` where a loss or, at an evaluation, a weight is not finite, and `DataError` for a broken row
    of a stream; the state is then as it was after the last step.
    """
    counters = state.counters
    while (reason := _finished(experiment, counters)) is None:
        yield from _train_epoch(experiment, state)
        # An epoch without a batch: the stream had ended.
        if not counters.batch:
            reason = "completed"
            break
        counters.examples += counters.seen
        counters.epoch, counters.batch = counters.epoch + 1, 0
        if counters.epoch % experiment.evaluate_every == 0 or counters.epoch == experiment.epochs:
            evaluated = _evaluate(experiment, state)
            yield evaluated
            yield CheckpointDue(best=evaluated.improved)
    yield Stopped(reason)


def _train_epoch(experiment: Experiment, state: State) -> Generator[Event, None, None]:
    """Make the updates of one epoch, from the batch at which the state stands."""
    counters = state.counters
    if counters.batch == 0:
        counters.seen, counters.sums = 0, {}
    for batch in experiment.batches.epoch(counters.epoch, skip=counters.batch):
        if batch is None:
            yield Waiting()
            continue
        yield _learn(experiment, state, *batch)
        if experiment.every_steps and counters.step % experiment.every_steps == 0:
            yield CheckpointDue(best=False)


def _learn(experiment: Experiment, state: State, X: Array, T: Array) -> StepDone:
    """Make one update from `X (N, features)` and its targets: forward, backward, update."""
    objective, counters = experiment.objective, state.counters
    rate = _rate(experiment, counters)
    new = experiment.batches.count_new(X)
    before = sums_before_learning(experiment, state, X[-new:], T[-new:]) if experiment.tests_first else None

    loss = objective.forward(X, T, counters.step)
    sums = before or experiment.sums(loss, T)
    # Losses that are finite can have a sum over the epoch that is not.
    if not math.isfinite(loss + sums["loss"] + counters.sums.get("loss", 0.0)):
        raise diverged(objective, X, T, step=counters.step, features=experiment.info.feature_names)
    objective.backward(len(X))
    reevaluate = partial(objective.reevaluate, X, T, counters.step)
    experiment.update.apply(state, objective.network.parameters, learning_rate=rate, reevaluate=reevaluate)

    add_sums(counters.sums, sums)
    counters.seen += new
    counters.batch += 1
    counters.step += 1
    counters.learning_rate = rate
    return StepDone(counters.epoch, counters.step, new, sums["loss"] / new, rate)


def _rate(experiment: Experiment, counters: Counters) -> float:
    """Return the learning rate of the next update."""
    base, schedule = experiment.update.optimizer.learning_rate, experiment.schedule
    return learning_rate(base, schedule, epoch=counters.epoch, step=counters.step, drops=counters.plateau.drops)


def _evaluate(experiment: Experiment, state: State) -> Evaluated:
    """Measure the epoch that ended, and remember whether it was the best."""
    counters = state.counters
    require_finite(experiment.objective.network.parameters.views, step=counters.step)
    split = experiment.measured_as
    metrics = {f"{split}_{name}": total / counters.seen for name, total in counters.sums.items()}
    if "validation" in experiment.splits:
        with averaged(experiment.objective.network.parameters, state):
            measured = measure(experiment.objective, experiment.splits["validation"](), experiment.metrics())
        metrics |= {f"validation_{name}": value for name, value in measured.items()}
        if not math.isfinite(measured["loss"]):
            batches = experiment.splits["validation"]().epoch(0)
            with averaged(experiment.objective.network.parameters, state):
                raise diverged_in("validation", experiment.objective, batches, step=counters.step)
    improved = _observe(experiment, counters, metrics)
    return Evaluated(counters.epoch, counters.step, counters.learning_rate, metrics, improved)


def _observe(experiment: Experiment, counters: Counters, metrics: dict[str, float]) -> bool:
    """Update the best value and the patience, and return whether the best has improved."""
    counters.metrics = metrics
    value = metrics[experiment.monitor.metric]
    improved = experiment.monitor.improves(value, counters.best.value if counters.best else None)
    if improved:
        counters.best = Best(counters.epoch, value)
    # An evaluation at the last epoch of this session alone: a run that goes on from here would not have made it.
    if counters.epoch % experiment.evaluate_every:
        return improved
    if isinstance(experiment.schedule, Plateau):
        assert experiment.schedule.monitor is not None, "a schedule in use states what it watches"
        counters.plateau = counters.plateau.observe(experiment.schedule, metrics[experiment.schedule.monitor])
    if patience := experiment.patience:
        watched = metrics[patience.monitor.metric]
        if patience.monitor.improves(watched, counters.patience_best):
            counters.patience_best, counters.patience_wait = watched, 0
        # A metric may be undefined at first.
        elif counters.patience_best is not None:
            counters.patience_wait += 1
    return improved


def _finished(experiment: Experiment, counters: Counters) -> Reason | None:
    """Return why the training is over, or None."""
    if experiment.patience and counters.patience_wait >= experiment.patience.evaluations:
        return "stopped_early"
    return "completed" if experiment.epochs is not None and counters.epoch >= experiment.epochs else None


def sums_before_learning(experiment: Experiment, state: State, X: Array, T: Array) -> dict[str, float]:
    """Return the sums over `X (N, features)` and its targets, measured as a split is, with averaged weights.

    Their mean over a stream is the prequential loss (Dawid 1984). Raises `DivergedError` where it is not finite.
    """
    objective = experiment.objective
    with averaged(objective.network.parameters, state):
        loss = objective.forward(X, T)
        if not math.isfinite(loss):
            raise diverged(objective, X, T, step=state.counters.step, features=experiment.info.feature_names)
    return experiment.sums(loss, T)
