"""A table of the user's own, as CSV."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from bpcli.data.csv_columns import (
    Target,
    class_number,
    class_numbers,
    label,
    require_target,
    target_columns,
)
from bpcli.data.csv_lines import Line, is_number, number, read_lines
from bpcli.data.dataset import DataInfo
from bpcli.data.paths import user_path
from bpcli.data.source import Table, TableSource
from bpcli.errors import DataError, config_error
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
    target: Target = -1  # type: ignore[assignment]  # here also a column
    """column or columns to predict, by name or index from 0 (-1: the last); input: learn to give all columns back"""
    task: Literal["classification", "regression"] | None = None
    """unset: classification for words and for at most 20 different integers, else regression"""
    classes: tuple[str | int, ...] | None = None
    """names of the classes, in order, for a file that may not hold them all; unset: those in the file, sorted"""
    delimiter: Literal[",", ";", "\t", "|"] = ","
    """what separates the cells of a line"""

    def table(self, seed: int) -> Table:
        return self._table

    @cached_property
    def _table(self) -> Table:
        lines = read_lines(user_path(self.file, "file"), self.delimiter)
        targets = target_columns(lines[0], self.target, file=self.file, delimiter=self.delimiter)
        first = lines[0].cells
        others = [index for index in range(len(first)) if index not in targets]
        has_header = not any(is_number(first[index]) for index in others)
        names = first if has_header else [f"column {index}" for index in range(len(first))]
        if twice := [name for name, times in Counter(names).items() if times > 1]:
            raise DataError(f"{lines[0].place}: {twice[0]!r} names two columns: give each a name")
        lines = lines[has_header:]
        if not lines:
            raise DataError(f"{self.file} has a header, but no examples")
        if self._names_columns and not has_header:
            raise config_error(("data", "target"), f"{self.file} has no header; give target as an index from 0")
        x = np.array([[number(line, index, names) for index in others] for line in lines])
        features = tuple(names[index] for index in others) if has_header else ()
        if self.classes is not None:
            numbers = class_numbers(self.classes, targets=len(targets))
            y = np.array([class_number(line, targets[0], names, numbers) for line in lines], np.intp)
            return Table(DataInfo(x.shape[1], class_names=tuple(numbers), feature_names=features), x, y)
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

    def _column(self, lines: list[Line], column: int, names: list[str]) -> tuple[tuple[str, ...], Array]:
        """Class names and indices, or no names and numbers, of one target column: `(M,)`."""
        for line in lines:
            require_target(line, column, names)
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
        return tuple(map(label, labels.tolist())), y.astype(np.intp)


def _few_integers(cells: list[str]) -> bool:
    values = set(map(float, cells))
    return len(values) <= MOST_GUESSED_CLASSES and all(value.is_integer() for value in values)
