"""What an evaluation found."""

from __future__ import annotations

import math

from rich.console import Console
from rich.text import Text

from bpcli.api.evaluate import Evaluation
from bpcli.report.confusion import print_confusion
from bpcli.report.figures import count, counted, number
from bpcli.report.layout import Column, print_facts, print_table


def print_evaluation(console: Console, evaluation: Evaluation) -> None:
    """Loss and metrics; for classes also precision and recall, the confusion matrix, and the worst mistakes."""
    metrics = {"loss": evaluation.loss, **evaluation.metrics}
    print_facts(
        console,
        [
            ("checkpoint", str(evaluation.checkpoint)),
            ("data", f"{evaluation.data}, {evaluation.split} split, {counted(evaluation.examples, 'example')}"),
            *((name, Text(number(value), "bold")) for name, value in metrics.items()),
        ],
    )
    if evaluation.class_names:
        console.print()
        _print_classes(console, evaluation)
        console.print()
        print_confusion(console, evaluation)
    if evaluation.mistakes:
        console.print()
        _print_mistakes(console, evaluation)


def _print_classes(console: Console, evaluation: Evaluation) -> None:
    columns = [Column("class", left=True), Column("precision"), Column("recall"), Column("examples")]
    rows = [[c.name, _share(c.precision), _share(c.recall), count(c.examples)] for c in evaluation.classes]
    print_table(console, columns, rows)


def _print_mistakes(console: Console, evaluation: Evaluation) -> None:
    console.print("most confident mistakes", style="dim", soft_wrap=True)
    columns = [Column("index"), Column("true", left=True), Column("predicted", left=True), Column("confidence")]
    rows = [[str(m.index), m.true, m.predicted, f"{m.confidence:.4f}"] for m in evaluation.mistakes]
    print_table(console, columns, rows)


def _share(value: float) -> str:
    """A class that was never predicted has no precision, one without examples no recall."""
    return "-" if math.isnan(value) else f"{value:.4f}"
