"""The lines of a CSV file, and the numbers in their cells."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import NamedTuple

from bpcli.errors import DataError, config_error


class Line(NamedTuple):
    place: str
    """file:line"""
    cells: list[str]


def read_lines(path: Path, delimiter: str) -> list[Line]:
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


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def number(line: Line, index: int, names: list[str]) -> float:
    """The number in a cell, whose column is called `names[index]`. Raises DataError, with the line and the column."""
    cell = line.cells[index]
    try:
        value = float(cell)
    except ValueError:
        what = f"{cell!r} is not a number" if cell else "the cell is empty, where a number belongs"
        raise DataError(f"{line.place}: {names[index]}: {what}") from None
    if not math.isfinite(value):
        raise DataError(f"{line.place}: {names[index]}: {cell!r} is not a finite number")
    return value
