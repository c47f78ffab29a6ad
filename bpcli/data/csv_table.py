"""A table of the user's own, as CSV."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np

from bpcli.data.csv_lines import Line, is_number, number, read_lines
from bpcli.data.dataset import DataInfo
from bpcli.data.source import Table, TableSource
from bpcli.errors import DataError, config_error
from bpcli.errors import Path as KeyPath
from bpcli.nn.arrays import Array

MOST_GUESSED_CLASSES = 20
"""A column of integers with more different values than this is taken for numbers, unless `task` says otherwise."""


@dataclass(frozen=True, kw_only=True)
class Csv(TableSource):
    """csv: one example a line, one or more columns targets, all others numbers; a first line of words is a header."""

    name: Literal["csv"] = "csv"
    """your own table, as CSV"""
    file: str
    """the CSV file"""
    target: str | int | tuple[str | int, ...] = -1  # type: ignore[assignment]  # here also a column
    """column or columns to predict, by name or index from 0 (-1: the last); input: learn to give all columns back"""
    task: Literal["classification", "regression"] | None = None
    """unset: classification for words and for at most 20 different integers, else regression"""
    delimiter: Literal[",", ";", "\t", "|"] = ","
    """what separates the cells of a line"""

    def table(self, seed: int) -> Table:
        return self._table

    @cached_property
    def _table(self) -> Table:
        lines = read_lines(Path(self.file).expanduser(), self.delimiter)
        targets = self._target_columns(lines[0])
        first = lines[0].cells
        others = [index for index in range(len(first)) if index not in targets]
        has_header = not any(is_number(first[index]) for index in others)
        names = first if has_header else [f"column {index}" for index in range(len(first))]
        lines = lines[has_header:]
        if not lines:
            raise DataError(f"{self.file} has a header, but no examples")
        if self._names_columns and not has_header:
            raise config_error(("data", "target"), f"{self.file} has no header; give target as an index from 0")
        x = np.array([[number(line, index, names) for index in others] for line in lines])
        features = tuple(names[index] for index in others) if has_header else ()
        columns = [self._column(lines, target, names) for target in targets]
        if len(columns) == 1:
            ((class_names, y),) = columns
            info = DataInfo(x.shape[1], class_names=class_names, feature_names=features)
            return Table(info, x, y if class_names else y[:, np.newaxis])
        info = DataInfo(
            x.shape[1],
            targets=len(targets),
            target_names=tuple(names[target] for target in targets),
            target_classes=tuple(class_names for class_names, _ in columns),
            feature_names=features,
        )
        return Table(info, x, np.array([y for _, y in columns], np.float64).T.reshape(len(x), len(targets)))

    @property
    def _names_columns(self) -> bool:
        """Whether a target is given by its name."""
        listed = self.target if isinstance(self.target, tuple) else (self.target,)
        return not self.reconstructs and any(isinstance(target, str) for target in listed)

    def _target_columns(self, first: Line) -> list[int]:
        """The indices of the target columns: none where the inputs are the targets."""
        path: KeyPath = ("data", "target")
        if self.reconstructs:
            if "input" in first.cells:
                message = f"{first.place} has a column called 'input', so target: input could mean two things"
                raise config_error(path, f"{message}: give the column's index, or rename it to learn all columns")
            return []
        if len(first.cells) < 2:
            raise DataError(
                f"{first.place} has one column, but a target and at least one feature are needed; "
                f"is {self.delimiter!r} what separates its cells?"
            )
        if not isinstance(self.target, tuple):
            return [self._index(first, self.target, path)]
        columns = [self._index(first, target, (*path, place)) for place, target in enumerate(self.target)]
        for place, column in enumerate(columns):
            if column in columns[:place]:
                raise config_error((*path, place), f"{first.place}: this column is in the list already")
        if not 0 < len(columns) < len(first.cells):
            raise config_error(path, f"{self.file}: target must leave a column to learn from, and name at least one")
        return columns

    def _index(self, first: Line, target: str | int, path: KeyPath) -> int:
        cells = first.cells
        if isinstance(target, str):
            if cells.count(target) != 1:
                count = cells.count(target) or "no"
                raise config_error(
                    path, f"{first.place} has {count} columns called {target!r}; it has {', '.join(cells)}"
                )
            return cells.index(target)
        if not -len(cells) <= target < len(cells):
            raise config_error(path, f"{self.file} has {len(cells)} columns, so target goes from 0 to {len(cells) - 1}")
        return target % len(cells)

    def _column(self, lines: list[Line], column: int, names: list[str]) -> tuple[tuple[str, ...], Array]:
        """Class names and indices, or no names and numbers, of one target column: `(M,)`."""
        for line in lines:
            if not line.cells[column]:
                raise DataError(f"{line.place}: {names[column]}: the cell is empty, where the target belongs")
        cells = [line.cells[column] for line in lines]
        numeric = list(map(is_number, cells))
        if self.task is None and any(numeric) and not all(numeric):
            odd = lines[numeric.index(False)]
            raise DataError(
                f"{odd.place}: {names[column]}: {odd.cells[column]!r} is not a number, as other targets are; "
                "mend it, or set data.task to classification if these are names of classes"
            )
        if self.task == "regression" or (self.task is None and all(numeric) and not _few_integers(cells)):
            return (), np.array([number(line, column, names) for line in lines])
        labels: Array
        labels, y = np.unique(list(map(float, cells)) if all(numeric) else cells, return_inverse=True)
        if len(labels) < 2:
            raise DataError(f"every target in {self.file} is {cells[0]!r}, and one class leaves nothing to learn")
        return tuple(_label(label) for label in labels.tolist()), y.astype(np.intp)


def _few_integers(cells: list[str]) -> bool:
    values = set(map(float, cells))
    return len(values) <= MOST_GUESSED_CLASSES and all(value.is_integer() for value in values)


def _label(label: float | str) -> str:
    return f"{label:.0f}" if isinstance(label, float) and label.is_integer() else str(label)
