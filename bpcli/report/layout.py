"""Facts and tables in aligned columns, right at every width: they wrap, or leave out what matters least.

No line ends in spaces, and no character is drawn that a plain file could not hold. A `str` is escaped before it is
measured; a `Text` is what the program itself has to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from bpcli.report.escape import escaped

GAP = 2
"""Spaces between two columns."""

LEAST = 8
"""Characters that are left of a word where columns have no room."""

INDENT = 2
"""Spaces before the further lines of a sentence."""

_WORD = re.compile(r"(?<!\S)'[^']*'\S*|\S+")
"""A word, or a command in quotes, which has to stay in one piece for whoever copies it."""

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
    """Lines of a label and a text, which wraps beside its label; a list wraps between its parts only.

    A word that is too long for a line, such as a path, stays whole, and so does a `Text` that says `no_wrap`.
    """
    facts = [(escaped(label), value) for label, value in facts]
    indent = max(cell_len(label) for label, _ in facts) + GAP
    for label, value in facts:
        width = max(console.width - indent, 10)
        lines = _joined(value, width) if isinstance(value, list) else wrapped(_text(value), width)
        for i, line in enumerate(lines):
            lead = set_cell_size(label if i == 0 else "", indent)
            console.print(Text.assemble((lead, "dim"), line), soft_wrap=True)


def print_prose(console: Console, lead: tuple[str, str], text: str) -> None:
    """A sentence of any length after its first word and the style of that; further lines are indented."""
    whole = Text.assemble(lead, escaped(text))
    for i, line in enumerate(wrapped(whole, console.width - INDENT)):
        console.print(Text.assemble(" " * INDENT if i else "", line), soft_wrap=True)


def wrapped(text: Text, width: int) -> list[Text]:
    """Lines of whole words: one that is longer than `width` has a line of its own, and so has all between quotes."""
    if text.no_wrap or text.cell_len <= width:
        return [text]
    lines, begin, end = list[Text](), 0, 0
    for word in _WORD.finditer(text.plain):
        if end > begin and cell_len(text.plain[begin : word.end()]) > width:
            lines.append(text[begin:end])
            begin = word.start()
        end = word.end()
    return [*lines, text[begin:end]]


def print_table(console: Console, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
    """A line of titles, and a line a row; words that are too long for all columns together are cut."""
    widths = [
        max(cell_len(escaped(column.title)), *(_text(row[i]).cell_len for row in rows), 0)
        for i, column in enumerate(columns)
    ]
    kept = fitting(columns, widths, console.width)
    widths = _cut(columns, widths, kept, console.width)
    titles = [Text(escaped(column.title), "dim") for column in columns]
    for row in [titles, *rows]:
        print_row(console, columns, widths, kept, row)


def print_row(
    console: Console, columns: Sequence[Column], widths: Sequence[int], kept: Sequence[int], row: Sequence[Cell]
) -> None:
    """One line of a table whose columns `kept` are shown."""
    line = Text()
    for place, i in enumerate(kept):
        cell = _text(row[i])
        if columns[i].left and cell.cell_len > widths[i]:
            cell.truncate(widths[i], overflow="ellipsis")
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


def _cut(columns: Sequence[Column], widths: Sequence[int], kept: Sequence[int], available: int) -> list[int]:
    """The widths with which the columns `kept` fit into `available` characters, at the cost of the longest words."""
    room = available - sum(widths[i] for i in kept if not columns[i].left) - GAP * (len(kept) - 1)
    words = [widths[i] for i in kept if columns[i].left]
    limit = max(words, default=0)
    least = max([LEAST, *(cell_len(column.title) for column in columns if column.left)])
    while sum(min(width, limit) for width in words) > room and limit > least:
        limit -= 1
    return [min(width, limit) if columns[i].left else width for i, width in enumerate(widths)]


def _joined(parts: list[str], width: int) -> list[Text]:
    """The parts in lines of at most `width` characters, if they are no longer themselves."""
    lines: list[str] = []
    for part in map(escaped, parts):
        if lines and cell_len(longer := f"{lines[-1]}{' ' * GAP}{part}") <= width:
            lines[-1] = longer
        else:
            lines.append(part)
    return [Text(line) for line in lines]


def _text(cell: Cell) -> Text:
    return Text(escaped(cell)) if isinstance(cell, str) else cell
