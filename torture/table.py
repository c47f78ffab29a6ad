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
    sequences,
    signals,
    surroundings,
    terminals,
)
from torture.row import Outcome, Row, Size

_MODULES = (
    kills,
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
    """As Markdown."""
    lines = ["| # | test | cases | must hold | failures | |", "| --- | --- | --- | --- | --- | --- |"]
    for row, outcome, seconds in done:
        figures = f"{outcome.figures}; {seconds:.0f} s" if outcome.figures else f"{seconds:.0f} s"
        cells = [row.number, row.title, f"{outcome.cases:,}", row.promise, len(outcome.failures), figures]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)
