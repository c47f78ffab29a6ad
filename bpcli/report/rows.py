"""One line an evaluated epoch, in columns that stay where they are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from bpcli.report.figures import duration, number
from bpcli.report.layout import GAP, Cell, Column, fitting, print_row
from bpcli.training.events import Evaluated

BEST = "*"
"""Behind a value that is better than all before it."""

_WIDTH = 9
"""of a number; the name of a part's metric may be wider"""
_RANKS = {
    "train_loss": 0,
    "train_accuracy": 4,
    "validation_loss": 0,
    "validation_accuracy": 0,
    "validation_mae": 5,
    "validation_rmse": 1,
    "validation_r2": 2,
}
_ASKED_FOR = 3
"""rank of the metrics that a config adds"""
_TITLES = {"balanced_accuracy": "balanced", "average_precision": "avg_prec", "top_k_accuracy": "top_k"}
"""of metrics whose names are wider than a column"""


class Rows:
    """Prints the table as it grows; its columns are those of the first evaluation.

    Where a window that has become narrower or wider shows others of them, the titles are printed again.
    """

    def __init__(self, console: Console, epochs: int | None, monitor: str) -> None:
        self.console, self.epochs, self.monitor = console, epochs, monitor
        self._columns: list[Column] = []
        self._groups: list[str] = []
        self._kept: list[int] = []
        """columns that the titles printed last stand over"""

    def print(self, event: Evaluated, seconds: float) -> None:
        """The row of an evaluation, `seconds` after the training began; an improvement is marked."""
        if not self._columns:
            self._lay_out(list(event.metrics))
        if (kept := fitting(self._columns, self._widths, self.console.width)) != self._kept:
            if self._kept:
                self.console.print()
            self._kept = kept
            self._print_titles()
        metrics = [self._cell(name, value, event.improved) for name, value in event.metrics.items()]
        self._print([str(event.epoch), *metrics, f"{event.learning_rate:.4g}", duration(seconds)])

    def _cell(self, name: str, value: float, improved: bool) -> Text:
        """A number; in the column that is monitored with room for the sign of an improvement, which needs no colour."""
        if name != self.monitor:
            return Text(number(value))
        return Text(f"{number(value)}{BEST}", "green") if improved else Text(number(value) + " " * len(BEST))

    def _lay_out(self, metrics: list[str]) -> None:
        self._groups = ["", *(name.partition("_")[0] for name in metrics), "", ""]
        self._columns = [
            Column("epoch"),
            *(Column(self._title(name), rank=self._rank(name)) for name in metrics),
            Column("rate", rank=6),
            Column("time", rank=7),
        ]
        first = max(len("epoch"), len(str(self.epochs or 0)))
        self._widths = [first, *(max(_WIDTH, cell_len(column.title.rstrip())) for column in self._columns[1:])]
        if self.monitor in metrics:
            self._widths[1 + metrics.index(self.monitor)] += len(BEST)

    def _print_titles(self) -> None:
        self._print_groups()
        self._print([Text(column.title, "dim") for column in self._columns])

    def _title(self, name: str) -> str:
        """The metric without its split."""
        metric = name.partition("_")[2]
        return _TITLES.get(metric, metric) + (" " * len(BEST) if name == self.monitor else "")

    def _rank(self, name: str) -> int:
        return 0 if name == self.monitor else _RANKS.get(name, _ASKED_FOR)

    def _print_groups(self) -> None:
        """A line that says which columns are of which split."""
        line = Text()
        for group, columns in groupby(self._kept, key=self._groups.__getitem__):
            widths = [self._widths[i] for i in columns]
            width = sum(widths) + GAP * (len(widths) - 1)
            line.append(" " * GAP if line else "").append(f" {group} ".center(width, "─") if group else " " * width)
        line.rstrip()
        line.stylize("dim")
        self.console.print(line, soft_wrap=True)

    def _print(self, row: Sequence[Cell]) -> None:
        print_row(self.console, self._columns, self._widths, self._kept, row)
