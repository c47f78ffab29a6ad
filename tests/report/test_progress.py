"""The moving display: cheap for a hundred thousand steps a second."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from bpcli.report import progress
from bpcli.report.progress import LiveDisplay
from bpcli.training.events import Origin, Started, StepDone

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


def show_from(clock: Clock, start: Started, steps: int, pace: float, **options: Any) -> str:
    """What is written while a training makes so many steps, `pace` a second."""
    console = Console(**{"file": io.StringIO(), "force_terminal": True, "width": 80, **options})
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


def frame(clock: Clock, **options: Any) -> tuple[str, str, str]:
    """What is drawn last of a training with bars for its epochs and its steps, and figures below them."""
    start = started(steps_per_epoch=500, epochs=2)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", show_from(clock, start, 900, pace=100, **options)).splitlines()
    last = max(i for i, line in enumerate(plain) if line.startswith("epochs"))
    return plain[last], plain[last + 1], plain[last + 2].rstrip("\r")


@pytest.mark.parametrize("no_color", [False, True])
@pytest.mark.parametrize("width", [120, 80, 40, 34])
def test_bars_are_below_one_another_and_fill_the_terminal(clock: Clock, width: int, no_color: bool) -> None:
    epochs, steps, _ = frame(clock, width=width, no_color=no_color)
    assert re.fullmatch(r"epochs  [━╸╺]+ *  2/2 {6,}\d\.\d\d s left", epochs)
    assert re.fullmatch(r"steps   [━╸╺]+ *  \d+/500", steps)
    assert len(epochs) == width
    assert epochs.index("2/2") == re.search(r"\d+/500", steps).start()  # type: ignore[union-attr]


@pytest.mark.parametrize("width", [33, 20])
def test_where_there_is_little_room_the_time_to_go_is_left_out(clock: Clock, width: int) -> None:
    epochs, steps, _ = frame(clock, width=width)
    assert re.fullmatch(r"epochs  [━╸╺]+  2/2", epochs)
    assert re.fullmatch(r"steps   [━╸╺]+  \d+/500", steps)
    assert len(steps) == width


@pytest.mark.parametrize(
    ("width", "figures"),
    [(80, ["loss", "samples/s", "rate"]), (40, ["loss", "samples/s", "rate"]), (25, ["loss", "rate"])],
)
def test_figures_are_left_out_rather_than_cut(clock: Clock, width: int, figures: list[str]) -> None:
    line = frame(clock, width=width)[2]
    assert len(line) <= width
    assert [figure.split()[0] for figure in line.split("    ")] == figures


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
