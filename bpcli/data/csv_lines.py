"""The lines of a CSV file, and the numbers in their cells."""

from __future__ import annotations

import csv
import itertools
import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

from bpcli.data.memory import is_nearly_full
from bpcli.errors import DataError, config_error

LONGEST = 1000
"""Characters of a cell. A longer one is damage, and no error could show it."""

LONGEST_LINE = 1 << 26
"""Characters of a line: a million columns fit in."""

BETWEEN_LOOKS = 1 << 16
"""Lines that are read before it is looked whether the memory has room for more."""

FEWER = "give fewer, or learn from them one after the other, with data.name=stream"


class Line(NamedTuple):
    place: str
    """file:line"""
    cells: list[str]


def read_lines(path: Path, delimiter: str) -> list[Line]:
    """The lines that are not blank, all with as many cells as the first. Raises DataError, with the line."""
    lines: list[Line] = []
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(_bounded(file, path), delimiter=delimiter, skipinitialspace=True, strict=True)
            for row in reader:
                if line := filled_line(f"{path}:{reader.line_num}", row, lines[0] if lines else None):
                    lines.append(line)
    except OSError as error:
        raise config_error(("data", "file"), f"cannot read {path}: {error.strerror}") from error
    except MemoryError:
        count = len(lines)
        lines.clear()  # else there is no room to say so
        raise DataError(f"there is not enough memory for more than {count:,} lines of {path}: {FEWER}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not text in UTF-8") from error
    except csv.Error as error:
        raise DataError(f"{path}:{reader.line_num} is not CSV: {error}") from error
    if not lines:
        raise DataError(f"{path} is empty")
    return lines


def _bounded(file: TextIO, path: Path) -> Iterator[str]:
    """The lines of the file, as long as there is room for them: a device, or a pipe from `yes`, never ends."""
    for count in itertools.count(1):
        if not (text := file.readline(LONGEST_LINE)):
            break
        if len(text) == LONGEST_LINE:
            raise DataError(f"{path} has a line longer than {LONGEST_LINE:,} characters: is this a CSV file?")
        if count % BETWEEN_LOOKS == 0 and is_nearly_full():
            raise DataError(f"{path} fills the memory of this machine with its first {count:,} lines: {FEWER}")
        yield text


def filled_line(place: str, cells: list[str], first: Line | None) -> Line | None:
    """The line of these cells, stripped; None for a blank one.

    Raises DataError where `first` has more or fewer, and for what no text holds: with a NUL in it, the name of a class
    would pass for that of another one.
    """
    line = Line(place, [cell.strip() for cell in cells])
    if not any(line.cells):
        return None
    if first and len(cells) != len(first.cells):
        raise DataError(f"{place} has {len(cells)} cells, but {first.place} has {len(first.cells)}")
    text = "".join(cells)
    if "\0" in text:
        raise DataError(f"{place} holds a NUL character: this is not text, or damaged")
    if len(text) > LONGEST and (length := max(map(len, cells))) > LONGEST:
        raise DataError(f"{place} has a cell of {length} characters, where {LONGEST} are the most")
    return line


def is_number(cell: str) -> bool:
    try:
        _parsed(cell)
    except ValueError:
        return False
    return True


def number(line: Line, index: int, names: list[str]) -> float:
    """The number in a cell, whose column is called `names[index]`. Raises DataError, with the line and the column."""
    cell = line.cells[index]
    try:
        value = _parsed(cell)
    except ValueError:
        what = f"{cell!r} is not a number" if cell else "the cell is empty, where a number belongs"
        raise DataError(f"{line.place}: {names[index]}: {what}") from None
    if not math.isfinite(value):
        raise DataError(f"{line.place}: {names[index]}: {cell!r} is not a finite number")
    return value


def _parsed(cell: str) -> float:
    """Python's `float`, but for `1_000` and digits of other scripts, which no table means."""
    if "_" in cell or not cell.isascii():
        raise ValueError(cell)
    return float(cell)
