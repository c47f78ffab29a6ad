"""What a run has left behind, and whether it is what another has."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from bpcli.training.log import CLOCK_COLUMNS
from bpcli.training.npz import unpack

CLOCK = ("seconds", "log_bytes")
"""Counters that depend on the clock, the second by the width of what it shows."""


def difference(run: Path, other: Path) -> str:
    """What of two runs is not the same but for the clock, in words; empty if nothing."""
    for name in ("last.npz", "best.npz"):
        if (run / name).exists() != (other / name).exists():
            return f"{name} is in one of them alone"
        if (other / name).exists() and (found := _difference(run / name, other / name)):
            return f"{name}: {found}"
    if rows(run) != rows(other):
        return "log.csv"
    left = sorted(path.name for path in run.iterdir() if path.suffix == ".tmp")
    return f"{', '.join(left)} left behind" if left else ""


def rows(run: Path) -> list[dict[str, str]]:
    """The log, without the clock."""
    with open(run / "log.csv", encoding="utf-8", newline="") as file:
        return [{key: value for key, value in row.items() if key not in CLOCK_COLUMNS} for row in csv.DictReader(file)]


def _difference(path: Path, other: Path) -> str:
    a, b = _content(path), _content(other)
    return ", ".join(sorted(name for name in a.keys() | b.keys() if a.get(name) != b.get(name)))


def _content(path: Path) -> dict[str, Any]:
    """Arrays by name and what the header says, without the clock."""
    header, arrays = unpack(path)
    counters = {key: value for key, value in header["counters"].items() if key not in CLOCK}
    return {**{name: array.tobytes() for name, array in arrays.items()}, **header, "counters": counters}
