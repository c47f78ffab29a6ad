"""A training on a terminal: rows that scroll, and below them bars that move."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.progress_bar import ProgressBar
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from bpcli.report.figures import count, duration, number
from bpcli.report.header import print_header
from bpcli.report.layout import GAP
from bpcli.report.live import LiveLines
from bpcli.report.rows import Rows
from bpcli.training.events import Evaluated, Event, Started, StepDone

INTERVAL = 0.1
"""Seconds between two looks: ten a second are as smooth as an eye wants."""
LONG_EPOCH = 0.5
"""Seconds from which an epoch gets a bar of its own."""
MOST_ROWS = 40
"""Where more evaluations are to come, every second (third, ...) is shown, and the log has them all."""
SHORTEST_BAR = 3
"""Where not even this much is left for a bar, the time to go is left out."""
_DIM = Style(dim=True)


class LiveDisplay:
    """Draws on the console. A step costs a comparison, but for those at which the clock is looked at."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._live = LiveLines(console)
        self._next_look = 0
        self._stride = 1

    def __enter__(self) -> LiveDisplay:
        self._live.__enter__()
        self._live.draw(Text("reading the data", "dim"))
        return self

    def __exit__(self, *_: object) -> None:
        self._live.__exit__()

    def show(self, event: Event) -> None:
        if type(event) is StepDone:
            if event.step >= self._next_look:
                self._look(event)
        elif isinstance(event, Started):
            self._start(event)
        elif isinstance(event, Evaluated):
            self._evaluated(event)

    def _start(self, started: Started) -> None:
        self.started = started
        self._live.draw(Text())
        print_header(self.console, started)
        self._rows = Rows(self.console, started.epochs, started.monitor)
        self._best = "" if started.best is None else number(started.best)
        self._began = self._drawn = self._epoch_began = perf_counter()
        self._epoch, self._has_long_epochs = started.epoch, False
        self._marks = deque([(self._began, started.step)], maxlen=20)
        self._evaluations, self._every = 0, 1

    def _evaluated(self, event: Evaluated) -> None:
        if event.improved:
            self._best = f"{number(event.metrics[self.started.monitor])} (epoch {event.epoch})"
        epochs = self.started.epochs
        if not self._evaluations and epochs is not None:
            interval = max(event.epoch - self.started.epoch, 1)
            self._every = -(-(epochs - self.started.epoch) // (interval * MOST_ROWS))
        self._evaluations += 1
        if self._evaluations % self._every == 0 or event.epoch == epochs or self._evaluations == 1:
            with self._live.above():
                self._rows.print(event, self.started.seconds + perf_counter() - self._began)

    def _look(self, step: StepDone) -> None:
        """Look at the clock, draw if it is time, and choose the step of the next look."""
        now = perf_counter()
        if step.epoch != self._epoch:
            self._epoch, self._epoch_began = step.epoch, now
        if now - self._drawn >= INTERVAL:
            self._drawn = now
            self._has_long_epochs |= self.started.steps_per_epoch > 1 and now - self._epoch_began > LONG_EPOCH
            self._live.draw(self._drawing(step, now))
            self._marks.append((now, step.step))
        pace = (step.step - self.started.step) / max(now - self._began, 1e-9)
        self._stride = max(1, min(2 * self._stride, int(pace * INTERVAL / 4)))
        self._next_look = step.step + self._stride

    def _drawing(self, step: StepDone, now: float) -> _Drawing:
        steps, first = self.started.steps_per_epoch, self.started.first_step
        total = None if self.started.epochs is None else self.started.epochs * steps
        epochs = _of(step.epoch + 1, self.started.epochs)
        bars = [_Bar("epochs", step.step - first, total, epochs, self._left(step, now, total))]
        if self._has_long_epochs:
            at = step.step - first - step.epoch * steps
            bars.append(_Bar("steps", at, steps, _of(at, steps)))
        return _Drawing(bars, self._figures(step, now))

    def _left(self, step: StepDone, now: float, total: int | None) -> str:
        """The time to go, where there is an end."""
        if total is None:
            return ""
        done, to_go = step.step - self.started.step, total - (step.step - self.started.first_step)
        return f"{duration((now - self._began) / done * to_go):>7} left"

    def _figures(self, step: StepDone, now: float) -> list[tuple[str, str]]:
        """What matters most first."""
        then, at = self._marks[0]
        examples = self.started.examples
        share = step.examples if examples is None else examples / self.started.steps_per_epoch
        figures = [
            ("loss", number(step.loss)),
            (f"best {self.started.monitor}", self._best),
            ("samples/s", count((step.step - at) * share / max(now - then, 1e-9))),
            ("rate", f"{step.learning_rate:.4g}"),
        ]
        return [(label, value) for label, value in figures if value]


def _of(done: int, total: int | None) -> str:
    """`  5/10`, as wide at the beginning as at the end, so that the bars do not jump; `5` where there is no end."""
    if total is None:
        return count(done)
    return f"{count(done):>{len(count(total))}}/{count(total)}"


@dataclass(frozen=True)
class _Bar:
    label: str
    done: int
    total: int | None
    """None: there is no end, and it shows that something goes on"""
    count: str
    left: str = ""
    """time to go"""


@dataclass(frozen=True)
class _Drawing:
    """Bars below one another, as wide as their labels and counts leave them, and as many figures as the width holds.

    Made of segments: a rich Table and Texts take several times as long, and of what is drawn ten times a second
    nothing is in a cache.
    """

    bars: list[_Bar]
    figures: list[tuple[str, str]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Segment.line()
        yield from self._draw_bars(console, options)
        taken = 0
        for label, value in self.figures:
            gap = " " * (2 * GAP if taken else 0)
            if (longer := taken + cell_len(f"{gap}{label} {value}")) <= options.max_width:
                yield from (Segment(gap), Segment(f"{label} ", _DIM), Segment(value))
                taken = longer

    def _draw_bars(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        of_label, of_count, of_left = (
            max(map(len, column))
            for column in zip(*((bar.label, bar.count, bar.left) for bar in self.bars), strict=True)
        )
        room = options.max_width - of_label - of_count - 2 * GAP
        has_left = of_left and room - GAP - of_left >= SHORTEST_BAR
        width = max(room - GAP - of_left if has_left else room, 1)
        for bar in self.bars:
            yield Segment(f"{bar.label:<{of_label + GAP}}")
            drawn = ProgressBar(bar.total, bar.done, width, complete_style="cyan", finished_style="cyan")
            segments = list(console.render(drawn, options))
            yield from segments
            blank = width - Segment.get_line_length(segments)  # without colours nothing is drawn of what is to come
            yield Segment(" " * (blank + GAP) + bar.count)
            if has_left and bar.left:
                yield Segment(" " * (of_count - len(bar.count) + GAP) + bar.left, _DIM)
            yield Segment.line()
