"""The confusion matrix, readable at any width."""

from __future__ import annotations

from heapq import nlargest

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from bpcli.api.evaluate import Evaluation
from bpcli.report.figures import count
from bpcli.report.layout import GAP, Cell, Column, print_table

LONGEST_TITLE = 7
"""characters of a class name that may head a column; longer names are numbered"""
MOST_CLASSES = 30
"""of a matrix: a larger one says nothing to the eye, however wide the window is"""
MOST_CONFUSED = 10
"""pairs of classes that are listed where the matrix has no room"""


def print_confusion(console: Console, evaluation: Evaluation) -> None:
    """Rows are true classes, columns predicted ones; where that is too large, the classes most confused."""
    names, matrix = evaluation.class_names, evaluation.confusion_matrix
    if len(names) > MOST_CLASSES:
        _print_most_confused(console, evaluation)
        return
    numbered = max(map(cell_len, names)) > LONGEST_TITLE
    labels = [f"{i} {name}" if numbered else name for i, name in enumerate(names)]
    titles = [str(i) for i in range(len(names))] if numbered else list(names)
    rows: list[list[Cell]] = [
        [labels[i], *(_cell(value, diagonal=i == j, total=sum(row)) for j, value in enumerate(row))]
        for i, row in enumerate(matrix)
    ]
    columns = [Column("true \\ predicted", left=True), *map(Column, titles)]
    if _width(columns, matrix, labels) <= console.width:
        print_table(console, columns, rows)
    else:
        _print_most_confused(console, evaluation)


def _cell(value: int, *, diagonal: bool, total: int) -> Text:
    """Right is green; wrong is yellow, or red from a twentieth of the class on; none is a dot."""
    if not value:
        return Text("·", "dim")
    style = "green" if diagonal else "red" if value >= total / 20 else "yellow"
    return Text(str(value), style)


def _width(columns: list[Column], matrix: tuple[tuple[int, ...], ...], labels: list[str]) -> int:
    first = max(map(cell_len, [columns[0].title, *labels]))
    rest = [max(cell_len(column.title), *(len(str(row[j])) for row in matrix)) for j, column in enumerate(columns[1:])]
    return first + sum(width + GAP for width in rest)


def _print_most_confused(console: Console, evaluation: Evaluation) -> None:
    names, matrix = evaluation.class_names, evaluation.confusion_matrix
    pairs = ((value, i, j) for i, row in enumerate(matrix) for j, value in enumerate(row) if value and i != j)
    worst = nlargest(MOST_CONFUSED, pairs, key=lambda pair: (pair[0], -pair[1], -pair[2]))
    if not worst:
        return
    console.print("most confused classes; --json has the whole matrix", style="dim")
    columns = [
        Column("true", left=True),
        Column("predicted", left=True),
        Column("times"),
        Column("of true", rank=1),
    ]
    rows = [[names[i], names[j], count(value), f"{value / sum(matrix[i]):.1%}"] for value, i, j in worst]
    print_table(console, columns, rows)
