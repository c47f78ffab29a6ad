"""bpcli: as `bpcli train` runs it, and its own layers, losses and optimizers in a bare loop."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from time import perf_counter

from rich.console import Console

from benchmarks.peers import Train, Trained
from bpcli.api.train import train as bpcli_train
from bpcli.config.load import load_config
from bpcli.experiment.build import build
from bpcli.report.progress import LiveDisplay
from bpcli.runs.recorder import Recorder
from bpcli.training.events import Started


def complete(config: Path) -> Train:
    """With log, checkpoints, progress and events. The clock starts when training does."""
    settings, saves = load_config(config), _timed_saves()

    def train() -> Trained:
        saves.clear()
        console = Console(file=io.StringIO(), force_terminal=True, width=120)
        with tempfile.TemporaryDirectory() as folder, _Display(console) as display:
            result = bpcli_train(settings, output=Path(folder, "run"), on_event=display.show)
            return Trained(perf_counter() - display.began, result.final["train_loss"], sum(saves))

    return train


class _Display(LiveDisplay):
    """Also sees when a training begins."""

    def _start(self, started: Started) -> None:
        self.began = perf_counter()
        super()._start(started)


def _timed_saves() -> list[float]:
    """From now on the seconds of every saved checkpoint go into the list."""
    seconds: list[float] = []
    save = Recorder.save

    def timed(recorder: Recorder, **options: bool) -> None:
        since = perf_counter()
        save(recorder, **options)
        seconds.append(perf_counter() - since)

    Recorder.save = timed  # type: ignore[method-assign]
    return seconds


def own_loop(config: Path) -> Train:
    """Forward, backward, update and nothing else, one after the other."""
    resolved, experiment = build(load_config(config))
    objective, update, rate = experiment.objective, experiment.update, resolved.optimizer.learning_rate
    parameters = objective.network.parameters
    drawn = parameters.theta.copy()

    def train() -> Trained:
        parameters.theta[...] = drawn
        state = experiment.start()
        started = perf_counter()
        for epoch in range(resolved.training.epochs or 0):
            total, seen = 0.0, 0
            for X, T in experiment.batches.epoch(epoch):
                total += objective.forward(X, T, state.counters.step)
                objective.backward(len(X))
                update.apply(state, parameters, learning_rate=rate, reevaluate=lambda: 0.0)
                state.counters.step += 1
                seen += len(X)
        return Trained(perf_counter() - started, total / seen)

    return train
