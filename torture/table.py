"""The table of all rows."""

from __future__ import annotations

from collections.abc import Sequence

from torture import (
    checkpoints,
    configs,
    crashes,
    data_files,
    elsewhere,
    failures,
    kills,
    locks,
    numbers,
    sensitivity,
    sequences,
    signals,
    surroundings,
    terminals,
)
from torture.row import Outcome, Row, Size

_MODULES = (
    kills,
    sensitivity,
    failures,
    crashes,
    surroundings,
    configs,
    checkpoints,
    data_files,
    signals,
    locks,
    numbers,
    sequences,
    terminals,
    elsewhere,
)
ROWS = sorted((row for module in _MODULES for row in module.ROWS), key=lambda row: row.number)
SHORT = Size("short", 0.2, workers=1)
"""For the test suite, which runs rows beside one another itself."""


def table(done: Sequence[tuple[Row, Outcome, float]]) -> str:
    """What must hold, how often it was tried, and how often it did not, as Markdown."""
    lines = ["| # | test | must hold | cases | failures |", "| --- | --- | --- | --- | --- |"]
    for row, outcome, _ in done:
        cells = [row.number, row.title, row.promise, f"{outcome.cases:,}", len(outcome.failures)]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def details(done: Sequence[tuple[Row, Outcome, float]]) -> str:
    """What else is worth knowing of each row, and how long it took."""
    figures = [(row.number, outcome.figures, seconds) for row, outcome, seconds in done]
    return "\n".join(f"{number}. {f'{said}; ' if said else ''}{seconds:.0f} s" for number, said, seconds in figures)
