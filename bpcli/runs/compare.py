"""Whether two runs are one and the same, but for the clock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bpcli.runs.log import CLOCK_COLUMNS, read_log
from bpcli.runs.npz import unpack

CLOCK = ("seconds", "log")
"""Counters that depend on the clock: the log by what it shows of it."""


def differences(run: Path, other: Path) -> list[str]:
    """What of two run folders differs: `last.npz: layers.0.W`, `best.npz: counters`, `log.csv`.

    Compared are the bits of every array, what the headers say, and the logs. Raises `CheckpointError` for a checkpoint
    that cannot be read.
    """
    found = []
    for name in ("last.npz", "best.npz"):
        if name == "last.npz" and not (run / name).exists():
            found.append(f"{name} is missing")
        a, b = (_content(folder / name) for folder in (run, other))
        found += [f"{name}: {key}" for key in sorted(a.keys() | b.keys()) if a.get(key) != b.get(key)]
    if _rows(run) != _rows(other):
        found.append("log.csv")
    return found


def _content(path: Path) -> dict[str, Any]:
    """Arrays by name and the parts of the header; nothing where there is no such file."""
    if not path.exists():
        return {}
    header, arrays = unpack(path)
    counters = {key: value for key, value in header["counters"].items() if key not in CLOCK}
    return {**header, **{name: array.tobytes() for name, array in arrays.items()}, "counters": counters}


def _rows(run: Path) -> list[dict[str, str]]:
    return [
        {column: value for column, value in row.items() if column not in CLOCK_COLUMNS}
        for row in read_log(run / "log.csv")
    ]
