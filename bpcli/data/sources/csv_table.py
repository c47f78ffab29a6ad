"""A table of the user's own, as CSV."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np

from bpcli.data.dataset import DataInfo
from bpcli.data.paths import user_path
from bpcli.data.sources.base import Table, TableSource
from bpcli.data.sources.csv_lines import Line, called, is_number, number, read_lines, separator_advice
from bpcli.data.sources.labelled import MOST_GUESSED_CLASSES, Labelled, TargetColumn, Task, numbered, refusal
from bpcli.errors import DataError, KeyPath, config_error, listed
from bpcli.nn.arrays import Array

Target = str | int | tuple[str | int, ...]
"""One column or several, by name or by index from 0 (negative ones from the end)."""

_TARGET: KeyPath = ("data", "target")


def target_columns(first: Line, target: Target, *, file: str, delimiter: str) -> list[int]:
    """The indices of the target columns, by the first line of `file`: none for `input`, the inputs as targets.

    Raises ConfigError for columns that are not there, and DataError for a line of one cell.
    """
    if target == "input":
        if "input" in first.cells:
            message = f"{first.place} has a column called 'input', so target: input could mean two things"
            raise config_error(_TARGET, f"{message}: give the column's index, or rename it to learn all columns")
        return []
    if len(first.cells) < 2:
        raise DataError(
            f"{first.place} has one column, but a target and at least one feature are needed"
            f"{separator_advice(first.cells[0], delimiter)}"
        )
    if not isinstance(target, tuple):
        return [_index(first, target, _TARGET, file)]
    columns = [_index(first, column, (*_TARGET, place), file) for place, column in enumerate(target)]
    for place, column in enumerate(columns):
        if column in columns[:place]:
            raise config_error((*_TARGET, place), f"{first.place}: this column is in the list already")
    if not 0 < len(columns) < len(first.cells):
        raise config_error(_TARGET, f"{file}: target must leave a column to learn from, and name at least one")
    return columns


def require_target(line: Line, column: int, names: list[str]) -> None:
    """Raise DataError, with the line, for an empty cell."""
    if not line.cells[column]:
        raise DataError(f"{line.place}: {names[column]}: {_EMPTY}")


_EMPTY = "the cell is empty, where the target belongs"


def _index(first: Line, target: str | int, path: KeyPath, file: str) -> int:
    cells = first.cells
    if isinstance(target, str):
        if cells.count(target) != 1:
            count = cells.count(target) or "no"
            raise config_error(path, f"{first.place} has {count} columns called {target!r}; it has {listed(cells)}")
        return cells.index(target)
    if not -len(cells) <= target < len(cells):
        raise config_error(path, f"{file} has {len(cells)} columns, so target goes from 0 to {len(cells) - 1}")
    return target % len(cells)


FEWEST_NUMBERED = 4
"""Columns of a first line 0, 1, 2, 3 that make it a header: fewer may be a row of a small table."""


@dataclass(frozen=True, kw_only=True)
class Csv(Labelled, TableSource):
    """csv: one example a line, one or more columns targets, all others numbers; a first line of words is a header.

    So is one that counts its columns: 0, 1, 2, 3 and so on, as pandas names them.
    """

    name: Literal["csv"] = "csv"
    """your own table, as CSV"""
    file: str
    """the CSV file"""
    target: Target = -1  # type: ignore[assignment]  # here also a column
    """column or columns to predict, by name or index from 0 (-1: the last); input: learn to give all columns back"""
    delimiter: Literal[",", ";", "\t", "|"] = ","
    """what separates the cells of a line"""

    def table(self, seed: int) -> Table:
        return self._table

    def target_columns(self) -> tuple[TargetColumn, ...]:
        return tuple(_looks(column) for column in self._content.targets)

    @cached_property
    def _content(self) -> _Content:
        """The file read, its targets still as they are written."""
        lines = read_lines(user_path(self.file, "file"), self.delimiter)
        targets = target_columns(lines[0], self.target, file=self.file, delimiter=self.delimiter)
        first = lines[0].cells
        others = [index for index in range(len(first)) if index not in targets]
        has_header = not any(is_number(first[index]) for index in others) or _is_numbered(lines, targets)
        names = called(first if has_header else [""] * len(first))
        if has_header and (twice := [name for name, times in Counter(first).items() if times > 1]):
            raise DataError(f"{lines[0].place}: {twice[0]!r} names two columns: give each a name")
        lines = lines[has_header:]
        if not lines:
            raise DataError(f"{self.file} has a header, but no examples")
        if self._names_columns and not has_header:
            raise config_error(("data", "target"), f"{self.file} has no header; give target as an index from 0")
        x = np.array([[number(line, index, names) for index in others] for line in lines])
        for line in lines:
            for index in targets:
                require_target(line, index, names)
        places = [line.place for line in lines]
        columns = tuple(_Column(names[index], [line.cells[index] for line in lines], places) for index in targets)
        return _Content(x, columns, tuple(first[index] for index in others) if has_header else ())

    @cached_property
    def _table(self) -> Table:
        table = self._encoded_table()
        del vars(self)["_content"]  # the text of the targets, a string a row, is not needed again
        return table

    def _encoded_table(self) -> Table:
        x, targets, features = self._content
        tasks = self.tasks(len(targets)) if targets else ()
        columns = [self._encoded(place, task) for place, task in enumerate(tasks)]
        if len(columns) == 1:
            ((class_names, y),) = columns
            info = DataInfo(x.shape[1], class_names=class_names, feature_names=features)
            return Table(info, x, y if class_names else y[:, np.newaxis])
        info = DataInfo(
            x.shape[1],
            targets=len(targets),
            target_names=tuple(column.name for column in targets),
            target_classes=tuple(class_names for class_names, _ in columns),
            feature_names=features,
        )
        return Table(info, x, np.array([y for _, y in columns], np.float64).T.reshape(len(x), len(targets)))

    @property
    def _names_columns(self) -> bool:
        """Whether a target is given by its name."""
        listed = self.target if isinstance(self.target, tuple) else (self.target,)
        return not self.reconstructs and any(isinstance(target, str) for target in listed)

    def _encoded(self, place: int, task: Task | None) -> tuple[tuple[str, ...], Array]:
        """Class names and indices, or no names and numbers, of one target column: `(M,)`."""
        columns = self._content.targets
        name, cells, places = columns[place]
        if task is None:
            task = _looks(columns[place]).guess
            if task is None:
                odd = next(row for row, cell in enumerate(cells) if not is_number(cell))
                raise DataError(
                    f"{places[odd]}: {name}: {cells[odd]!r} is not a number, as other targets are; "
                    "mend it, or set data.task to classification if these are names of classes"
                )
        if task == "regression":
            lines = map(Line, places, ([cell] for cell in cells))
            return (), np.array([number(line, 0, [name]) for line in lines])
        spellings = self.spellings(place)
        labels = spellings.names_of(cells)
        class_names = self.class_names(labels, place, len(columns))
        if len(class_names) < 2:
            raise DataError(f"every target in {self.file} is {labels[0]!r}, and one class leaves nothing to learn")
        if wrong := refusal(labels, class_names, spellings):
            row, message = wrong
            raise DataError(f"{places[row]}: {name}: {message}")
        return class_names, numbered(labels, class_names)


class _Column(NamedTuple):
    """A column of targets."""

    name: str
    cells: list[str]
    places: list[str]
    """file:line of each"""


class _Content(NamedTuple):
    x: Array
    """(M, features)"""
    targets: tuple[_Column, ...]
    features: tuple[str, ...]
    """names of the columns of `x`; empty without a header"""


def _is_numbered(lines: list[Line], targets: list[int]) -> bool:
    """Whether the first line numbers the columns, as pandas does where they have no names.

    Its targets are numbered with them, or are words that no other line has.
    """
    first = lines[0].cells
    words = [index for index in targets if not is_number(first[index])]
    numbered = [index for index in range(len(first)) if index not in words]
    counted = [[line.cells[index] for index in numbered] for line in lines[:2]]
    # Where the second line counts too, the table is one of sequences.
    if counted[0][:1] != ["0"] or [_counts(cells) for cells in counted] != [True, False]:
        return False
    return not any(line.cells[index] == first[index] for index in words for line in lines[1:])


def _counts(cells: list[str]) -> bool:
    """Whether the cells are whole numbers, enough of them, each one more than the one before."""
    if len(cells) < FEWEST_NUMBERED or not is_number(cells[0]):
        return False
    start = float(cells[0])
    return start.is_integer() and cells == [str(int(start) + place) for place in range(len(cells))]


def _looks(column: _Column) -> TargetColumn:
    """What the cells of a column say of it."""
    labels = set(column.cells)
    numeric = [is_number(label) for label in labels]
    if not any(numeric):
        return TargetColumn("words", len(labels), "classification", column.name)
    if not all(numeric):
        return TargetColumn("mixed", len(labels), None, column.name)
    values = set(map(float, labels))
    if not all(value.is_integer() for value in values):
        return TargetColumn("fractions", len(values), "regression", column.name)
    is_class = len(values) <= MOST_GUESSED_CLASSES
    return TargetColumn("whole", len(values), "classification" if is_class else "regression", column.name)
