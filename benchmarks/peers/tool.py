"""bpcli: as `bpcli train` runs it, and its own layers, losses and optimizers in a bare loop."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from time import perf_counter

from rich.console import Console

from benchmarks.peers import Train, Trained
from bpcli.api.train import train as bpcli_train
from bpcli.config.build import build
from bpcli.config.load import load_config
from bpcli.report.progress import LiveDisplay
from bpcli.training.events import CheckpointDue, Event, Started, StepDone


def complete(config: Path) -> Train:
    """With log, checkpoints, progress and events. The clock starts when training does."""
    settings = load_config(config)

    def train() -> Trained:
        console = Console(file=io.StringIO(), force_terminal=True, width=120)
        with tempfile.TemporaryDirectory() as folder, LiveDisplay(console) as display:
            watch = _Watch(display)
            result = bpcli_train(settings, output=Path(folder, "run"), on_event=watch)
            return Trained(perf_counter() - watch.began, result.final["train_loss"], watch.saving)

    return train


class _Watch:
    """Passes events on to a display, and sees how long a checkpoint takes: it is saved before its event comes."""

    def __init__(self, display: LiveDisplay) -> None:
        self._display = display
        self.began = self.saving = self._since = 0.0

    def __call__(self, event: Event) -> None:
        if type(event) is StepDone:  # costs next to nothing
            self._display(event)
            return
        if isinstance(event, Started):
            self.began = perf_counter()
        elif isinstance(event, CheckpointDue):
            self.saving += perf_counter() - self._since
        self._display(event)
        self._since = perf_counter()


def own_loop(config: Path) -> Train:
    """Forward, backward, update and nothing else, one after the other."""
    resolved, experiment = build(load_config(config))
    objective, update, rate = experiment.objective, experiment.update, resolved.optimizer.learning_rate
    parameters, scale = objective.network.parameters, update.optimizer.scale(rate)
    drawn = parameters.theta.copy()

    def train() -> Trained:
        parameters.theta[...] = drawn
        state = experiment.start()
        state.counters.learning_rate = rate
        started = perf_counter()
        for epoch in range(resolved.training.epochs or 0):
            total, seen = 0.0, 0
            for X, T in experiment.batches.epoch(epoch):
                total += objective.forward(X, T, state.counters.step)
                objective.backward(len(X), scale)
                update.apply(state, parameters, learning_rate=rate, revalue=lambda: 0.0)
                state.counters.step += 1
                seen += len(X)
        return Trained(perf_counter() - started, total / seen)

    return train
