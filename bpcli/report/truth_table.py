"""XOR and its kin: every input beside what the network answers."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from bpcli.report.figures import number
from bpcli.report.layout import Cell, Column, print_table
from bpcli.training.experiment import Experiment
from bpcli.training.metrics import predicted_classes, target_classes

MOST_BITS = 4


def print_truth_table(console: Console, experiment: Experiment) -> None:
    """The inputs, the target, the network's output for 1, and whether that is right."""
    names = experiment.info.feature_names
    batches, rows = experiment.splits["train"](), list[list[Cell]]()
    shown = batches.examples
    inputs = shown.x if shown.rows is None else shown.x[shown.rows]
    for X, T in batches.epoch(0):
        experiment.objective.forward(X, T)
        loss = experiment.objective.loss
        predicted = predicted_classes(loss.Y, loss.scores)
        for answer, true, found in zip(loss.Y[:, -1], target_classes(T), predicted, strict=True):
            bits = [f"{bit:.0f}" for bit in inputs[len(rows)]]
            verdict = Text("right", "green") if true == found else Text("wrong", "red")
            rows.append([*bits, str(true), number(float(answer)), verdict])
    columns = [Column(name) for name in (*names, "target", "output")]
    print_table(console, [*columns, Column("", left=True)], rows)
