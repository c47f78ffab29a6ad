"""Which columns of a CSV file are targets."""

from __future__ import annotations

from bpcli.data.csv_lines import Line, separator_advice
from bpcli.errors import DataError, KeyPath, config_error, listed

Target = str | int | tuple[str | int, ...]
"""One column or several, by name or by index from 0 (negative ones from the end)."""

_TARGET: KeyPath = ("data", "target")


def target_columns(first: Line, target: Target, *, file: str, delimiter: str) -> list[int]:
    """The indices of the target columns, by the first line of `file`: none for `input`, the inputs as targets.

    Raises ConfigError for columns that are not there, and DataError for a line of one cell.
    """
    if target == "input":
        if "input" in first.cells:
            message = f"{first.place} has a column called 'input', so target: input could mean two things"
            raise config_error(_TARGET, f"{message}: give the column's index, or rename it to learn all columns")
        return []
    if len(first.cells) < 2:
        raise DataError(
            f"{first.place} has one column, but a target and at least one feature are needed"
            f"{separator_advice(first.cells[0], delimiter)}"
        )
    if not isinstance(target, tuple):
        return [_index(first, target, _TARGET, file)]
    columns = [_index(first, column, (*_TARGET, place), file) for place, column in enumerate(target)]
    for place, column in enumerate(columns):
        if column in columns[:place]:
            raise config_error((*_TARGET, place), f"{first.place}: this column is in the list already")
    if not 0 < len(columns) < len(first.cells):
        raise config_error(_TARGET, f"{file}: target must leave a column to learn from, and name at least one")
    return columns


def require_target(line: Line, column: int, names: list[str]) -> None:
    """Raise DataError, with the line, for an empty cell."""
    if not line.cells[column]:
        raise DataError(f"{line.place}: {names[column]}: {_EMPTY}")


_EMPTY = "the cell is empty, where the target belongs"


def _index(first: Line, target: str | int, path: KeyPath, file: str) -> int:
    cells = first.cells
    if isinstance(target, str):
        if cells.count(target) != 1:
            count = cells.count(target) or "no"
            raise config_error(path, f"{first.place} has {count} columns called {target!r}; it has {listed(cells)}")
        return cells.index(target)
    if not -len(cells) <= target < len(cells):
        raise config_error(path, f"{file} has {len(cells)} columns, so target goes from 0 to {len(cells) - 1}")
    return target % len(cells)
