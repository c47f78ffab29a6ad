"""log.csv: a row an evaluation, fixed columns, the clock's columns last."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path

from bpcli.errors import CheckpointError, OutputError
from bpcli.training.events import Evaluated

CLOCK_COLUMNS = ("seconds", "examples_per_second")
"""The only columns that differ between a run and its repetition."""


class Log:
    """Appends rows, each a single write; every number in full, as Python reads it back."""

    def __init__(self, path: Path, metrics: Sequence[str]) -> None:
        self.path, self.metrics = path, tuple(metrics)
        self.columns = ("epoch", "step", "learning_rate", *self.metrics, *CLOCK_COLUMNS)

    def start(self) -> int:
        """Write the header of a new log; the log's length in bytes."""
        return self._append(self.columns, mode="w")

    def require(self, size: int) -> None:
        """Raise `CheckpointError` unless the log has the `size` bytes that a checkpoint says are its own."""
        try:
            written = self.path.stat().st_size
        except OSError:
            written = 0
        if written < size:
            raise CheckpointError(
                f"{self.path} has {written} bytes, but the checkpoint was written when it had {size}: "
                "restore the log, or start a new run with -o"
            )

    def truncate(self, size: int) -> None:
        """Back to the first `size` bytes: what came after is trained again."""
        self.require(size)
        try:
            os.truncate(self.path, size)
        except OSError as error:
            raise OutputError(f"cannot write {self.path}: {error.strerror or error}") from None

    def append(self, event: Evaluated, *, seconds: float, examples_per_second: float) -> int:
        """Add the row of an evaluation; the log's new length in bytes."""
        metrics = [event.metrics[name] for name in self.metrics]
        clock = [f"{seconds:.3f}", f"{examples_per_second:.0f}"]
        return self._append([event.epoch, event.step, event.learning_rate, *metrics, *clock])

    def _append(self, values: Sequence[object], mode: str = "a") -> int:
        row = io.StringIO()
        csv.writer(row, lineterminator="\n").writerow(values)
        try:
            with open(self.path, mode, encoding="utf-8", newline="") as file:
                file.write(row.getvalue())
                file.flush()
                os.fsync(file.fileno())
                return file.tell()
        except OSError as error:
            raise OutputError(f"cannot write {self.path}: {error.strerror or error}") from None


def read_log(path: Path) -> list[dict[str, str]]:
    """The rows of a log by column; none where there is no log."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except FileNotFoundError:
        return []
