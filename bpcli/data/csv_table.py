"""A table of the user's own, as CSV."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from bpcli.data.dataset import DataInfo
from bpcli.data.source import Table, TableSource
from bpcli.errors import DataError, config_error
from bpcli.nn.arrays import Array

MOST_GUESSED_CLASSES = 20
"""A column of integers with more different values than this is taken for numbers, unless `task` says otherwise."""


@dataclass(frozen=True, kw_only=True)
class Csv(TableSource):
    """csv: one example a line, one column the target, all others numbers; a first line without numbers is a header."""

    name: Literal["csv"] = "csv"
    """your own table, as CSV"""
    file: str
    """the CSV file"""
    target: str | int = -1
    """column to predict: its name in the header, or its index from 0 (-1: the last)"""
    task: Literal["classification", "regression"] | None = None
    """unset: classification for words and for at most 20 different integers, else regression"""
    delimiter: Literal[",", ";", "\t", "|"] = ","
    """what separates the cells of a line"""

    def table(self, seed: int) -> Table:
        return self._table

    @cached_property
    def _table(self) -> Table:
        lines = _read_lines(Path(self.file).expanduser(), self.delimiter)
        first = lines[0].cells
        if len(first) < 2:
            raise DataError(
                f"{lines[0].place} has one column, but a target and at least one feature are needed; "
                f"is {self.delimiter!r} what separates its cells?"
            )
        column = self._target_column(lines[0])
        has_header = not any(map(_is_number, first[:column] + first[column + 1 :]))
        names = first if has_header else [f"column {index}" for index in range(len(first))]
        lines = lines[has_header:]
        if not lines:
            raise DataError(f"{self.file} has a header, but no examples")
        if isinstance(self.target, str) and not has_header:
            raise config_error(("data", "target"), f"{self.file} has no header; give target as an index from 0")
        others = [index for index in range(len(names)) if index != column]
        x = np.array([[_number(line, index, names) for index in others] for line in lines])
        class_names, y = self._targets(lines, column, names)
        features = tuple(names[index] for index in others) if has_header else ()
        return Table(DataInfo(x.shape[1], class_names=class_names, feature_names=features), x, y)

    def _target_column(self, first: Line) -> int:
        cells = first.cells
        if isinstance(self.target, str):
            if cells.count(self.target) != 1:
                count = cells.count(self.target) or "no"
                raise config_error(
                    ("data", "target"),
                    f"{first.place} has {count} columns called {self.target!r}; it has {', '.join(cells)}",
                )
            return cells.index(self.target)
        if not -len(cells) <= self.target < len(cells):
            raise config_error(
                ("data", "target"), f"{self.file} has {len(cells)} columns, so target goes from 0 to {len(cells) - 1}"
            )
        return self.target % len(cells)

    def _targets(self, lines: list[Line], column: int, names: list[str]) -> tuple[tuple[str, ...], Array]:
        """Class names and `y (M,)`, or no names and `y (M, 1)`."""
        for line in lines:
            if not line.cells[column]:
                raise DataError(f"{line.place}: {names[column]}: the cell is empty, where the target belongs")
        cells = [line.cells[column] for line in lines]
        numeric = list(map(_is_number, cells))
        if self.task is None and any(numeric) and not all(numeric):
            odd = lines[numeric.index(False)]
            raise DataError(
                f"{odd.place}: {names[column]}: {odd.cells[column]!r} is not a number, as other targets are; "
                "mend it, or set data.task to classification if these are names of classes"
            )
        if self.task == "regression" or (self.task is None and all(numeric) and not _few_integers(cells)):
            return (), np.array([[_number(line, column, names)] for line in lines])
        labels: Array
        labels, y = np.unique(list(map(float, cells)) if all(numeric) else cells, return_inverse=True)
        if len(labels) < 2:
            raise DataError(f"every target in {self.file} is {cells[0]!r}, and one class leaves nothing to learn")
        return tuple(_label(label) for label in labels.tolist()), y.astype(np.intp)


class Line(NamedTuple):
    place: str
    """file:line"""
    cells: list[str]


def _read_lines(path: Path, delimiter: str) -> list[Line]:
    """The lines that are not blank, all with as many cells as the first. Raises DataError, with the line."""
    lines: list[Line] = []
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, skipinitialspace=True, strict=True)
            for row in reader:
                place, cells = f"{path}:{reader.line_num}", [cell.strip() for cell in row]
                if not any(cells):
                    continue
                if lines and len(cells) != len(lines[0].cells):
                    raise DataError(f"{place} has {len(cells)} cells, but {lines[0].place} has {len(lines[0].cells)}")
                lines.append(Line(place, cells))
    except OSError as error:
        raise config_error(("data", "file"), f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not text in UTF-8") from error
    except csv.Error as error:
        raise DataError(f"{path}:{reader.line_num} is not CSV: {error}") from error
    if not lines:
        raise DataError(f"{path} is empty")
    return lines


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _number(line: Line, index: int, names: list[str]) -> float:
    cell = line.cells[index]
    try:
        value = float(cell)
    except ValueError:
        what = f"{cell!r} is not a number" if cell else "the cell is empty, where a number belongs"
        raise DataError(f"{line.place}: {names[index]}: {what}") from None
    if not math.isfinite(value):
        raise DataError(f"{line.place}: {names[index]}: {cell!r} is not a finite number")
    return value


def _few_integers(cells: list[str]) -> bool:
    values = set(map(float, cells))
    return len(values) <= MOST_GUESSED_CLASSES and all(value.is_integer() for value in values)


def _label(label: float | str) -> str:
    return f"{label:.0f}" if isinstance(label, float) and label.is_integer() else str(label)
