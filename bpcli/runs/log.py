"""log.csv: a row an evaluation, fixed columns, the clock's columns last."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Sequence
from pathlib import Path

from bpcli.errors import CheckpointError, OutputError
from bpcli.runs.files import has_further_names, open_to_change, open_to_read, write_atomically
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
        row = _row(self.columns)
        write_atomically(row, self.path)
        return self._added(row)

    def require(self, part: LogPart) -> None:
        """Raise `CheckpointError` unless the log begins with the `part` that a checkpoint says is its own."""
        self._content(part)

    def truncate(self, part: LogPart) -> None:
        """Back to `part`: what came after is trained again."""
        content = self._content(part)
        if len(content) > part.size:
            write_atomically(content[: part.size], self.path)

    def _content(self, part: LogPart) -> bytes:
        """The whole log, which begins with `part`; what is added comes behind that."""
        try:
            with open_to_read(self.path) as file:
                content = file.read()
        except OSError as error:
            raise CheckpointError(f"cannot read {self.path}: {error.strerror or error}; {_WAY_OUT}") from None
        if len(content) < part.size:
            raise CheckpointError(
                f"{self.path} has {len(content)} bytes, but the checkpoint was written when it had {part.size}; "
                f"{_WAY_OUT}"
            )
        self._written, self._size = hashlib.sha256(content[: part.size]), part.size
        if self._written.hexdigest() != part.sha256:
            raise CheckpointError(f"{self.path} is not as the run has left it; {_WAY_OUT}")
        return content

    def append(self, event: Evaluated, *, seconds: float, examples_per_second: float) -> LogPart:
        """Add the row of an evaluation. Raises `OutputError` if somebody else has taken the log away or changed it."""
        metrics = [event.metrics[name] for name in self.metrics]
        clock = [f"{seconds:.3f}", f"{examples_per_second:.0f}"]
        row = _row([event.epoch, event.step, event.learning_rate, *metrics, *clock])
        self._append(row)
        return self._added(row)

    def _added(self, row: bytes) -> LogPart:
        self._written.update(row)
        self._size += len(row)
        return LogPart(self._size, self._written.hexdigest())

    def _append(self, row: bytes) -> None:
        """Behind what there is; a log that has further names, in a copy of the run, leaves them what they have."""
        try:
            with open_to_change(self.path) as file:
                if file.seek(0, io.SEEK_END) != self._size:
                    raise OutputError(f"cannot go on with {self.path}: another program has changed it; {_WAY_OUT}")
                if has_further_names(file):
                    file.seek(0)
                    write_atomically(file.read() + row, self.path)
                    return
                file.write(row)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(f"cannot write {self.path}: {error.strerror or error}") from None


def _row(values: Sequence[object]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue().encode()


_WAY_OUT = "restore it, or start a new run from the checkpoint with --from"


def read_log(path: Path) -> list[dict[str, str]]:
    """The rows of a log by column; none where there is no log. Raises `CheckpointError` for what is no log."""
    try:
        with open_to_read(path) as file:
            reader = csv.DictReader(io.TextIOWrapper(file, encoding="utf-8", newline=""), strict=True)
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
