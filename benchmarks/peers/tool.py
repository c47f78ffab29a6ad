"""bpcli: as `bpcli train` runs it, and its own layers, losses and optimizers in a bare loop."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from rich.console import Console

from bpcli.api.train import train as bpcli_train
from bpcli.config.build import build
from bpcli.config.load import load_config
from bpcli.report.progress import LiveDisplay
from bpcli.training.events import Event, Started

Trainer = Callable[[], tuple[float, float]]


def complete(config: Path) -> Trainer:
    """With log, checkpoints, progress and events. The clock starts when training does."""
    settings = load_config(config)

    def train() -> tuple[float, float]:
        began = 0.0

        def on_event(event: Event) -> None:
            nonlocal began
            if isinstance(event, Started):
                began = perf_counter()
            display(event)

        console = Console(file=io.StringIO(), force_terminal=True, width=120)
        with tempfile.TemporaryDirectory() as folder, LiveDisplay(console) as display:
            result = bpcli_train(settings, output=Path(folder, "run"), on_event=on_event)
            return perf_counter() - began, result.final["train_loss"]

    return train


def own_loop(config: Path) -> Trainer:
    """Forward, backward, update and nothing else, one after the other."""
    settings = load_config(config)
    resolved, experiment = build(settings)
    objective, update, rate = experiment.objective, experiment.update, resolved.optimizer.learning_rate
    drawn = objective.network.parameters.theta.copy()

    def train() -> tuple[float, float]:
        parameters = objective.network.parameters
        parameters.theta[...] = drawn
        state = experiment.start()
        started = perf_counter()
        for epoch in range(resolved.training.epochs or 0):
            total, seen = 0.0, 0
            for X, T in experiment.batches.epoch(epoch):
                total += objective.forward(X, T, state.counters.step)
                objective.backward(len(X), update.optimizer.scale(rate))
                update.apply(state, parameters, learning_rate=rate, revalue=lambda: 0.0)
                state.counters.step, state.counters.learning_rate = state.counters.step + 1, rate
                seen += len(X)
        return perf_counter() - started, total / seen

    return train
