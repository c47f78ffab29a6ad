"""The lines of a CSV file, or of one that is still being written to, and the numbers in their cells."""

from __future__ import annotations

import csv
import itertools
import json
import math
import os
import select
import stat
from collections.abc import Iterator
from os.path import exists, isfile  # which, unlike Path, raise nothing where they may not look
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO

from bpcli.data.memory import is_nearly_full
from bpcli.data.paths import user_path
from bpcli.errors import DataError, config_error

SEPARATORS = (";", "\t", "|", ",")

LONGEST = 1000
"""Characters of a cell. A longer one is damage, and no error could show it."""

LONGEST_LINE = 1 << 26
"""Characters of a line: a million columns fit in."""

BETWEEN_LOOKS = 1 << 16
"""Lines that are read before it is looked whether the memory has room for more."""

NOT_UTF8 = "is not text in UTF-8: save it as that"

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
                place = f"{path}:{reader.line_num}"
                if line := filled_line(place, row, lines[0] if lines else None, delimiter):
                    lines.append(line)
    except OSError as error:
        raise config_error(("data", "file"), f"cannot read {path}: {error.strerror}") from error
    except MemoryError:
        count = len(lines)
        lines.clear()  # else there is no room to say so
        raise DataError(f"there is not enough memory for more than {count:,} lines of {path}: {FEWER}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path} {NOT_UTF8}") from error
    except csv.Error as error:
        raise DataError(f"{path}:{reader.line_num} is {not_csv(error, delimiter)}") from error
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


def not_csv(error: csv.Error, delimiter: str) -> str:
    """Say what is wrong with a line, and what is right where another separator stands behind a quote."""
    return f"not CSV: {error}{_is_it(delimiter) if 'expected after' in str(error) else ''}"


def separator_advice(text: str, delimiter: str) -> str:
    """What to write where the line `text` is a single cell."""
    if advice := _other_separator(text, delimiter):
        return advice
    if len(text.split()) > 1:
        return f"; spaces do not separate cells: put {delimiter!r} in the place of each run of them"
    return _is_it(delimiter)


def _other_separator(text: str, delimiter: str) -> str:
    """The key that divides the line `text`, where there is such a one."""
    others = [other for other in SEPARATORS if other != delimiter and other in text]
    return f"; write data.delimiter: {json.dumps(others[0])}" if others else ""


def _is_it(delimiter: str) -> str:
    return f"; is {delimiter!r} what separates its cells? If not, write data.delimiter"


def filled_line(place: str, cells: list[str], first: Line | None, delimiter: str) -> Line | None:
    """The line of these cells, stripped; None for a blank one.

    Raises DataError where `first` has more or fewer, and for what no text holds: with a NUL in it, the name of a class
    would pass for that of another one.
    """
    line = Line(place, [cell.strip() for cell in cells])
    if not any(line.cells):
        return None
    if first and len(cells) != len(first.cells):
        message = f"{place} has {len(cells)} cells, but {first.place} has {len(first.cells)}"
        is_divided = len(first.cells) > 1
        raise DataError(message + ("" if is_divided else _other_separator(first.cells[0], delimiter)))
    text = "".join(cells)
    if "\0" in text:
        raise DataError(f"{place} holds a NUL character: this is not text, or damaged")
    if len(text) > LONGEST and (length := max(map(len, cells))) > LONGEST:
        raise DataError(f"{place} has a cell of {length} characters, where {LONGEST} are the most")
    return line


def called(names: list[str]) -> list[str]:
    """What messages call the columns: by their places those without a name."""
    return [name or f"column {index}" for index, name in enumerate(names)]


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


STANDARD_INPUT = "-"
WAIT = 0.1
"""Seconds after which a reader that waits for a line hears that there is none."""
CHUNK = 65536
LONGEST_ARRIVING = 1 << 20
"""Bytes in a line."""


def arriving_lines(file: str) -> Iterator[bytes | None]:
    """The lines of `file` (`-`: standard input) without their ends; None whenever none has come for `WAIT` seconds.

    Where lines arrive, None also comes after all that had come at once: of a writer who goes on with blank lines, or
    with parts of a line, the reader would never hear that there is nothing to learn from.

    Raises ConfigError for a file that cannot be read, and DataError for a line longer than `LONGEST_ARRIVING` bytes.
    """
    rest = b""
    try:
        with _open(file) as stream:
            arrives = not stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
            while True:
                if not _has_come(stream):
                    yield None
                    continue
                chunk = stream.read(CHUNK)
                if not chunk:
                    break
                *lines, rest = (rest + chunk).split(b"\n")
                yield from lines
                if arrives:
                    yield None
                if len(rest) > LONGEST_ARRIVING:
                    raise DataError(
                        f"{place_of(file)} has a line longer than {LONGEST_ARRIVING:,} bytes: is this a CSV file?"
                    )
    except OSError as error:
        raise config_error(("data", "file"), f"cannot read {place_of(file)}: {error.strerror}") from error
    if rest:
        yield rest


def can_be_read_again(file: str) -> bool:
    """Whether reading `file` anew gives the same lines, as of a pipe it does not."""
    return file != STANDARD_INPUT and (isfile(_path(file)) or not exists(_path(file)))


def place_of(file: str) -> str:
    """What a person calls it."""
    return "standard input" if file == STANDARD_INPUT else str(_path(file))


def _open(file: str) -> BinaryIO:
    if file == STANDARD_INPUT:
        return open(0, "rb", buffering=0, closefd=False)
    return open(_path(file), "rb", buffering=0)


def _path(file: str) -> Path:
    return user_path(file, "file")


def _has_come(stream: BinaryIO) -> bool:
    """Whether there is something to read, or the end; waits for it a little, where the system can."""
    if not hasattr(select, "poll"):
        return os.name == "nt" or bool(select.select([stream], [], [], WAIT)[0])
    waiting = select.poll()  # `select` takes no file whose number is above 1,023
    waiting.register(stream, select.POLLIN)
    return bool(waiting.poll(1000 * WAIT))
