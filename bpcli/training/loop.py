"""The training loop: forward, backward, update, and what is said about it.

A generator: it never prints and never opens a file. Whoever consumes it draws, logs, saves and stops. At every
event the state can be saved, and a training resumed from it goes on bit for bit as this one would.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from functools import partial

from bpcli.data.stream_batches import StreamBatches
from bpcli.nn.arrays import Array
from bpcli.nn.weighted_sum import WeightedSumHead
from bpcli.optim.schedules import Plateau, learning_rate
from bpcli.training.divergence import diverged, diverged_in, require_finite
from bpcli.training.evaluate import measure
from bpcli.training.events import CheckpointDue, Evaluated, Event, Reason, StepDone, Stopped, Waiting
from bpcli.training.experiment import Experiment
from bpcli.training.metrics import count_correct
from bpcli.training.parts import add_sums, sums_by_part
from bpcli.training.prequential import test_first
from bpcli.training.state import Best, Counters, State, averaged


def train(experiment: Experiment, state: State) -> Generator[Event, None, None]:
    """Train from `state` on, changing it and the network's parameters in place.

    Raises `DivergedError` where a loss or, at an evaluation, a weight is not finite, and `DataError` for a broken row
    of a stream; the state is then as it was after the last step.
    """
    counters = state.counters
    while (reason := _finished(experiment, counters)) is None:
        yield from _train_epoch(experiment, state)
        if not counters.batch:  # the stream had ended
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
    """The updates of one epoch, from the batch at which the state stands."""
    objective, update, counters = experiment.objective, experiment.update, state.counters
    parameters = objective.network.parameters
    stream = experiment.batches if isinstance(experiment.batches, StreamBatches) else None
    if counters.batch == 0:
        counters.loss_sum, counters.correct, counters.seen, counters.part_sums = 0.0, 0, 0, {}
    rate, changes = _rate(experiment, counters), experiment.schedule.per == "step"
    searches = update.optimizer.searches
    for batch in experiment.batches.epoch(counters.epoch, skip=counters.batch):
        if batch is None:
            yield Waiting()
            continue
        X, T = batch
        seen, tested = len(X), None
        if changes:
            rate = _rate(experiment, counters)
        if stream is not None:
            seen = stream.new_rows
            tested = test_first(experiment, state, X[-seen:], T[-seen:])
            _count_answers(experiment, counters, T[-seen:])
        loss = objective.forward(X, T, counters.step)
        loss_sum = counters.loss_sum + (loss if tested is None else tested)
        if not math.isfinite(loss + loss_sum):
            raise diverged(objective, X, T, step=counters.step, features=experiment.info.feature_names)
        if tested is None:
            _count_answers(experiment, counters, T)
        objective.backward(len(X), update.optimizer.scale(rate), update.carry(state, rate))
        revalue = partial(objective.revalue, X, T, counters.step) if searches else _unneeded
        update.apply(state, parameters, learning_rate=rate, revalue=revalue)
        counters.loss_sum = loss_sum
        counters.seen += seen
        counters.batch += 1
        counters.step += 1
        counters.learning_rate = rate
        yield StepDone(counters.epoch, counters.step, seen, (loss if tested is None else tested) / seen, rate)
        if experiment.every_steps and counters.step % experiment.every_steps == 0:
            yield CheckpointDue(best=False)


def _unneeded() -> float:
    raise NotImplementedError("only an optimizer that searches evaluates the objective anew")


def _rate(experiment: Experiment, counters: Counters) -> float:
    """The learning rate of the next update; that of a schedule by epochs is the same for all of its epoch."""
    base, schedule = experiment.update.optimizer.learning_rate, experiment.schedule
    return learning_rate(base, schedule, epoch=counters.epoch, step=counters.step, drops=counters.plateau.drops)


def _count_answers(experiment: Experiment, counters: Counters, T: Array) -> None:
    """After a `forward`: add what is right of it to the epoch's."""
    head = experiment.objective.head
    if experiment.info.class_names:
        counters.correct += count_correct(head.Y, T, head.scores) if head.hits is None else head.hits
    elif isinstance(head, WeightedSumHead):
        add_sums(counters.part_sums, sums_by_part(head, T))


def _evaluate(experiment: Experiment, state: State) -> Evaluated:
    """Measure the epoch that ended, and remember whether it was the best."""
    counters = state.counters
    require_finite(experiment.objective.network.parameters.views, step=counters.step)
    split = experiment.measured_as
    metrics = {f"{split}_loss": counters.loss_sum / counters.seen}
    if experiment.info.class_names:
        metrics[f"{split}_accuracy"] = counters.correct / counters.seen
    metrics |= {f"{split}_{name}": total / counters.seen for name, total in counters.part_sums.items()}
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
    """Update the best value and the patience; whether the best has improved."""
    counters.metrics = metrics
    value = metrics[experiment.monitor.metric]
    improved = experiment.monitor.improves(value, counters.best.value if counters.best else None)
    if improved:
        counters.best = Best(counters.epoch, value)
    if counters.epoch % experiment.evaluate_every:
        return improved  # the last epoch of this session alone: a run that goes on from here would not have looked
    if isinstance(experiment.schedule, Plateau):
        assert experiment.schedule.monitor is not None, "a schedule in use states what it watches"
        counters.plateau = counters.plateau.observe(experiment.schedule, metrics[experiment.schedule.monitor])
    if patience := experiment.patience:
        watched = metrics[patience.monitor.metric]
        if patience.monitor.improves(watched, counters.patience_best):
            counters.patience_best, counters.patience_wait = watched, 0
        elif counters.patience_best is not None:  # a metric may be undefined at first
            counters.patience_wait += 1
    return improved


def _finished(experiment: Experiment, counters: Counters) -> Reason | None:
    if experiment.patience and counters.patience_wait >= experiment.patience.evaluations:
        return "stopped_early"
    return "completed" if experiment.epochs is not None and counters.epoch >= experiment.epochs else None
