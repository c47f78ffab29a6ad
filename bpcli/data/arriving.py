"""The lines of a file or a pipe, each as soon as it is there."""

from __future__ import annotations

import os
import select
import stat
from collections.abc import Iterator
from os.path import exists, isfile  # which, unlike Path, raise nothing where they may not look
from pathlib import Path
from typing import BinaryIO

from bpcli.data.paths import user_path
from bpcli.errors import DataError, config_error

STANDARD_INPUT = "-"
WAIT = 0.1
"""Seconds after which a reader that waits for a line hears that there is none."""
CHUNK = 65536
LONGEST = 1 << 20
"""Bytes in a line."""


def arriving_lines(file: str) -> Iterator[bytes | None]:
    """The lines of `file` (`-`: standard input) without their ends; None whenever none has come for `WAIT` seconds.

    Where lines arrive, None also comes after all that had come at once: of a writer who goes on with blank lines, or
    with parts of a line, the reader would never hear that there is nothing to learn from.

    Raises ConfigError for a file that cannot be read, and DataError for a line longer than `LONGEST` bytes.
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
                if len(rest) > LONGEST:
                    raise DataError(f"{place_of(file)} has a line longer than {LONGEST:,} bytes: is this a CSV file?")
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
