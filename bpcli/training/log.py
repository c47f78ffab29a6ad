"""log.csv: a row an evaluation, fixed columns, the clock's columns last."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Sequence
from pathlib import Path

from bpcli.errors import CheckpointError, OutputError
from bpcli.training.events import Evaluated
from bpcli.training.state import LogPart

FIRST_COLUMNS = ("epoch", "step", "learning_rate")
CLOCK_COLUMNS = ("seconds", "examples_per_second")
"""The only columns that differ between a run and its repetition."""


class Log:
    """Appends rows, each a single write; every number in full, as Python reads it back."""

    def __init__(self, path: Path, metrics: Sequence[str]) -> None:
        self.path, self.metrics = path, tuple(metrics)
        self.columns = (*FIRST_COLUMNS, *self.metrics, *CLOCK_COLUMNS)
        self._written = hashlib.sha256()
        self._size = 0

    def start(self) -> LogPart:
        """Write the header of a new log."""
        return self._append(self.columns, mode="wb")

    def require(self, part: LogPart) -> None:
        """Raise `CheckpointError` unless the log begins with the `part` that a checkpoint says is its own."""
        try:
            with open(self.path, "rb") as file:
                content = file.read(part.size)
        except OSError as error:
            raise CheckpointError(f"cannot read {self.path}: {error.strerror or error}; {_WAY_OUT}") from None
        if len(content) < part.size:
            raise CheckpointError(
                f"{self.path} has {len(content)} bytes, but the checkpoint was written when it had {part.size}; "
                f"{_WAY_OUT}"
            )
        self._written, self._size = hashlib.sha256(content), part.size
        if self._written.hexdigest() != part.sha256:
            raise CheckpointError(f"{self.path} is not as the run has left it; {_WAY_OUT}")

    def truncate(self, part: LogPart) -> None:
        """Back to `part`: what came after is trained again."""
        self.require(part)
        try:
            os.truncate(self.path, part.size)
        except OSError as error:
            raise OutputError(f"cannot write {self.path}: {error.strerror or error}") from None

    def append(self, event: Evaluated, *, seconds: float, examples_per_second: float) -> LogPart:
        """Add the row of an evaluation. Raises `OutputError` if somebody else has taken the log away or changed it."""
        metrics = [event.metrics[name] for name in self.metrics]
        clock = [f"{seconds:.3f}", f"{examples_per_second:.0f}"]
        return self._append([event.epoch, event.step, event.learning_rate, *metrics, *clock])

    def _append(self, values: Sequence[object], mode: str = "r+b") -> LogPart:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerow(values)
        row = text.getvalue().encode()
        try:
            with open(self.path, mode) as file:
                if file.seek(0, io.SEEK_END) != self._size:
                    raise OutputError(f"cannot go on with {self.path}: another program has changed it; {_WAY_OUT}")
                file.write(row)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(f"cannot write {self.path}: {error.strerror or error}") from None
        self._written.update(row)
        self._size += len(row)
        return LogPart(self._size, self._written.hexdigest())


_WAY_OUT = "restore it, or start a new run from the checkpoint with --from"


def read_log(path: Path) -> list[dict[str, str]]:
    """The rows of a log by column; none where there is no log. Raises `CheckpointError` for what is no log."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            rows = list(reader)
    except FileNotFoundError:
        return []
    except (UnicodeDecodeError, csv.Error) as error:
        raise CheckpointError(f"{path} is no log of bpcli, or is damaged: {error}") from None
    for number, row in enumerate(rows, 2):
        if None in row or not all(_is_number(value) for value in row.values()):
            raise CheckpointError(f"{path} is no log of bpcli, or is damaged: see line {number}")
    return rows


def _is_number(text: str | None) -> bool:
    try:
        float(text or "")
    except ValueError:
        return False
    return True
