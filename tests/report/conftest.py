"""A console whose lines can be read back, and a training to show on it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from bpcli.training.events import Started

Screen = Callable[..., tuple[Console, Callable[[], list[str]]]]


@pytest.fixture
def screen() -> Screen:
    """Make a console so many columns wide, and a function that gives its lines."""

    def make(width: int = 80) -> tuple[Console, Callable[[], list[str]]]:
        console = Console(file=io.StringIO(), width=width, highlight=False, color_system=None)
        assert isinstance(console.file, io.StringIO)
        return console, lambda: console.file.getvalue().splitlines()  # type: ignore[attr-defined]

    return make


def started(*, steps_per_epoch: int = 10, epochs: int = 10_000) -> Started:
    return Started(
        name="run", folder=Path("runs/run"), data="moons", examples=80, batch_size=8, steps_per_epoch=steps_per_epoch,
        epochs=epochs, epoch=0, step=0, seconds=0.0, parameters=33, widths=(2, 8, 1), activations=("tanh", "sigmoid"),
        threads=1, dtype="float32", monitor="train_loss", best=None, warnings=(),
    )  # fmt: skip
