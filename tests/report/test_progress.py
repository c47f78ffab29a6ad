"""The moving display: cheap for a hundred thousand steps a second."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from bpcli.report import progress
from bpcli.report.progress import LiveDisplay
from bpcli.training.events import Started, StepDone
from bpcli.training.origin import Origin

from .conftest import started


class Clock:
    """Moves by so many seconds a step, and counts how often it is looked at."""

    def __init__(self) -> None:
        self.now, self.looks = 0.0, 0

    def __call__(self) -> float:
        self.looks += 1
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "perf_counter", clock)
    return clock


def show(clock: Clock, steps: int, pace: float, **options: int) -> str:
    return show_from(clock, started(**options), steps, pace)


def show_from(clock: Clock, start: Started, steps: int, pace: float, width: int = 80) -> str:
    """What is written while a training makes so many steps, `pace` a second."""
    console = Console(file=io.StringIO(), force_terminal=True, width=width)
    with LiveDisplay(console) as display:
        display.show(start)
        for step in range(1, steps + 1):
            clock.now += 1 / pace
            display.show(StepDone((step - 1) // start.steps_per_epoch, start.first_step + step, 8, 0.5, 0.1))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def steps_drawn(written: str) -> list[int]:
    """Where the bar of an epoch of 500 steps stood."""
    return [int(step) for step in re.findall(r"(\d+)/500", written)]


def test_the_clock_is_looked_at_seldom(clock: Clock) -> None:
    written = show(clock, 100_000, pace=100_000)
    assert clock.looks < 100
    assert 5 <= written.count("epochs ") <= 11, "about ten drawings in this one second"


def test_slow_steps_are_drawn_one_by_one(clock: Clock) -> None:
    assert show(clock, 20, pace=2).count("epochs ") == 20


def test_only_a_long_epoch_has_a_bar_of_its_own(clock: Clock) -> None:
    assert "steps " not in show(clock, 1000, pace=1000)
    assert "steps " in show(clock, 1000, pace=100, steps_per_epoch=500, epochs=2)


@pytest.mark.parametrize("width", [120, 80, 40, 20])
def test_bars_are_below_one_another_and_fill_the_terminal(clock: Clock, width: int) -> None:
    written = show_from(clock, started(steps_per_epoch=500, epochs=2), 900, pace=100, width=width)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written).replace("\r", "").splitlines()
    epochs, steps = (next(line for line in reversed(plain) if line.startswith(label)) for label in ("epochs", "steps"))
    above, below = (re.match(r"\w+ +([━╸╺]+)  ", line) for line in (epochs, steps))
    assert above
    assert below
    assert above.span(1) == below.span(1)
    assert len(steps) <= len(epochs) <= width
    assert width < 40 or (len(epochs) == width and epochs.endswith(" s left") and re.search(r"  \d+/500$", steps))


def test_samples_a_second_are_those_of_the_clock(clock: Clock) -> None:
    assert "samples/s \x1b[0m8,000" in show(clock, 5000, pace=1000)


def test_a_stream_has_bars_without_an_end(clock: Clock) -> None:
    endless = replace(started(steps_per_epoch=500), examples=None, epochs=None)
    written = show_from(clock, endless, 1000, pace=100)
    assert "left" not in written
    assert len(steps_drawn(written)) > 50
    assert "samples/s" in written


def test_the_steps_of_the_checkpoint_a_run_started_from_are_not_its_own(clock: Clock) -> None:
    kept = replace(started(steps_per_epoch=500, epochs=2), origin=Origin("old/last.npz", 12_345), step=12_345)
    written = show_from(clock, kept, 1000, pace=100)
    assert max(steps_drawn(written)) > 450
    assert all(0 < step <= 500 for step in steps_drawn(written))
    assert re.search(r" 0\.\d\d s left", written)
