"""What an evaluation found."""

from __future__ import annotations

import math

from rich.console import Console
from rich.text import Text

from bpcli.api.evaluate import Evaluation
from bpcli.report.confusion import MOST_CLASSES, print_confusion
from bpcli.report.figures import count, counted, number
from bpcli.report.header import print_warnings
from bpcli.report.layout import Column, print_facts, print_table

WORST_CLASSES = 10
"""that are listed where there are too many to look at"""


def print_evaluation(console: Console, evaluation: Evaluation) -> None:
    """Loss and metrics; then those of each class or target column, the confusion matrix and the worst mistakes."""
    print_warnings(console, evaluation.warnings)
    metrics = {"loss": evaluation.loss, **evaluation.metrics}
    print_facts(
        console,
        [
            ("checkpoint", str(evaluation.checkpoint)),
            ("data", f"{evaluation.data}, {_split(evaluation)}, {counted(evaluation.examples, 'example')}"),
            *([("rows", str(evaluation.rows))] if evaluation.rows else []),
            *((name, _value(name, value, evaluation)) for name, value in metrics.items()),
            *(("required", f"{'met' if checked.met else 'not met'}: {checked}") for checked in evaluation.requirements),
        ],
    )
    if evaluation.class_names:
        console.print()
        _print_classes(console, evaluation)
        console.print()
        print_confusion(console, evaluation)
    if evaluation.targets:
        console.print()
        _print_targets(console, evaluation)
    if evaluation.mistakes:
        console.print()
        _print_mistakes(console, evaluation)


def _split(evaluation: Evaluation) -> str:
    return "all rows" if evaluation.split == "all" else f"{evaluation.split} split"


def _value(name: str, value: float, evaluation: Evaluation) -> Text:
    if math.isnan(value):
        return Text("undefined", "dim")
    of = f" for k = {evaluation.top_k}" if name == "top_k_accuracy" else ""
    if name == "loss" and evaluation.loss_with:
        of = f" with {' and '.join(evaluation.loss_with)}"
    return Text.assemble((number(value), "bold"), of)


def _print_classes(console: Console, evaluation: Evaluation) -> None:
    columns = [
        Column("class", left=True),
        Column("precision"),
        Column("recall"),
        Column("f1", rank=1),
        Column("roc_auc", rank=2),
        Column("average_precision", rank=3),
        Column("examples"),
    ]
    shown = evaluation.classes
    if len(shown) > MOST_CLASSES:
        measured = [c for c in shown if not math.isnan(c.f1)]
        shown = tuple(sorted(measured, key=lambda c: (c.f1, -c.examples))[:WORST_CLASSES])
        note = f"the {len(shown)} worst of {counted(len(evaluation.classes), 'class')} by f1; --json has them all"
        console.print(note, style="dim")
    rows = [
        [c.name, *map(_share, (c.precision, c.recall, c.f1, c.roc_auc, c.average_precision)), count(c.examples)]
        for c in shown
    ]
    print_table(console, columns, rows)


def _print_targets(console: Console, evaluation: Evaluation) -> None:
    columns = [Column("target", left=True), Column("mae"), Column("rmse"), Column("r2")]
    rows = [[t.name, number(t.mae), number(t.rmse), _share(t.r2)] for t in evaluation.targets]
    print_table(console, columns, rows)


def _print_mistakes(console: Console, evaluation: Evaluation) -> None:
    console.print("most confident mistakes", style="dim", soft_wrap=True)
    columns = [Column("index"), Column("true", left=True), Column("predicted", left=True), Column("confidence")]
    rows = [[str(m.index), m.true, m.predicted, number(m.confidence)] for m in evaluation.mistakes]
    print_table(console, columns, rows)


def _share(value: float) -> str:
    """Some are undefined: a class that was never predicted has no precision, one without examples no recall."""
    return "-" if math.isnan(value) else number(value)
