"""A training as plain lines, one an evaluated epoch: for pipes, files and CI."""

from __future__ import annotations

from time import perf_counter

from rich.console import Console

from bpcli.report.figures import duration, number
from bpcli.report.header import print_header
from bpcli.training.events import Evaluated, Event, Started, StepDone


class PlainDisplay:
    """Prints to the console line by line, each at once, without control codes."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._began = perf_counter()
        self._epochs: int | None = None

    def __enter__(self) -> PlainDisplay:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def show(self, event: Event) -> None:
        if type(event) is StepDone:
            return
        if isinstance(event, Started):
            self._epochs, self._began = event.epochs, perf_counter() - event.seconds
            print_header(self.console, event)
        elif isinstance(event, Evaluated):
            self._print_row(event)

    def _print_row(self, event: Evaluated) -> None:
        """`epoch  3/10  loss 0.1234  accuracy 0.9876  validation_loss 0.2345 ...`; the training split goes unsaid."""
        metrics = [_field(name, value) for name, value in event.metrics.items()]
        of = "" if self._epochs is None else f"/{self._epochs}"
        epoch = str(event.epoch).rjust(len(of) - 1 if of else 4)
        fields = [f"epoch {epoch}{of}", *metrics, f"rate {event.learning_rate:<7.4g}"]
        best = "  best" if event.improved else ""
        line = "  ".join(fields) + f"  {duration(perf_counter() - self._began):>7}{best}"
        self.console.print(line, soft_wrap=True, markup=False)


def _field(name: str, value: float) -> str:
    """Of the same width in every row: an accuracy never needs an exponent."""
    width = 6 if name.endswith("accuracy") else 8
    return f"{name.removeprefix('train_')} {number(value):>{width}}"
