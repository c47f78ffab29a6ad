"""Facts and tables in aligned columns, right at every width: they wrap, or leave out what matters least.

No line ends in spaces, and no character is drawn that a plain file could not hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

GAP = 2
"""Spaces between two columns."""

Cell = str | Text


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    title: str
    left: bool = False
    """words stand to the left, numbers to the right"""
    rank: int = 0
    """0: always shown; of the others the highest is the first to go where space is short"""


def print_facts(console: Console, facts: Iterable[tuple[str, Cell | list[str]]]) -> None:
    """Lines of a label and a text, which wraps beside its label; a list wraps between its parts only."""
    facts = list(facts)
    indent = max(cell_len(label) for label, _ in facts) + GAP
    for label, value in facts:
        width = max(console.width - indent, 10)
        lines = _joined(value, width) if isinstance(value, list) else _text(value).wrap(console, width)
        for i, line in enumerate(lines):
            line.rstrip()
            console.print(Text.assemble((label.ljust(indent) if i == 0 else " " * indent, "dim"), line), soft_wrap=True)


def print_table(console: Console, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
    """A line of titles, and a line a row."""
    widths = [
        max(cell_len(column.title), *(_text(row[i]).cell_len for row in rows), 0) for i, column in enumerate(columns)
    ]
    kept = fitting(columns, widths, console.width)
    titles = [Text(column.title, "dim") for column in columns]
    for row in [titles, *rows]:
        print_row(console, columns, widths, kept, row)


def print_row(
    console: Console, columns: Sequence[Column], widths: Sequence[int], kept: Sequence[int], row: Sequence[Cell]
) -> None:
    """One line of a table whose columns `kept` are shown."""
    line = Text()
    for place, i in enumerate(kept):
        cell = _text(row[i])
        space = " " * (widths[i] - cell.cell_len)
        line.append(" " * GAP if place else "")
        line.append_text(Text.assemble(cell, space) if columns[i].left else Text.assemble(space, cell))
    line.rstrip()
    console.print(line, soft_wrap=True)


def fitting(columns: Sequence[Column], widths: Sequence[int], available: int) -> list[int]:
    """The columns that fit into `available` characters side by side: those of high rank go first."""
    kept = list(range(len(columns)))
    while sum(widths[i] + GAP for i in kept) - GAP > available:
        last = max(kept, key=lambda i: (columns[i].rank, i))
        if columns[last].rank == 0:
            break
        kept.remove(last)
    return kept


def _joined(parts: list[str], width: int) -> list[Text]:
    """The parts in lines of at most `width` characters, if they are no longer themselves."""
    lines: list[str] = []
    for part in parts:
        if lines and cell_len(longer := f"{lines[-1]}{' ' * GAP}{part}") <= width:
            lines[-1] = longer
        else:
            lines.append(part)
    return [Text(line) for line in lines]


def _text(cell: Cell) -> Text:
    return Text(cell) if isinstance(cell, str) else cell
