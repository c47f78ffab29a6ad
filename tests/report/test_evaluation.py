"""What an evaluation found, at every width."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from bpcli.api.evaluate import Evaluation, Mistake
from bpcli.api.measured_rows import MeasuredRows
from bpcli.report.evaluation import print_evaluation
from bpcli.training.metrics import ClassScore, TargetScore

from .conftest import Screen

METRICS = {"accuracy": 0.9, "mcc": math.nan, "average_precision": 0.75, "top_k_accuracy": 1.0}


def classified() -> Evaluation:
    return Evaluation(
        Path("run/best.npz"),
        "pets",
        "test",
        1200,
        0.000123,
        METRICS,
        top_k=5,
        class_names=("cat", "dog"),
        confusion_matrix=((1000, 0), (0, 200)),
        classes=(
            ClassScore("cat", 1.0, 0.5, 0.625, 0.75, 0.875, 1000),
            ClassScore("dog", math.nan, 0.0, 0.0, math.nan, math.nan, 200),
        ),
        mistakes=(Mistake(17, "cat", "dog", 0.98765),),
    )


def test_metrics_come_first_then_classes_then_mistakes(screen: Screen) -> None:
    console, lines = screen(80)
    print_evaluation(console, classified())
    assert lines() == [
        "checkpoint         run/best.npz",
        "data               pets, test split, 1,200 examples",
        "loss               1.23e-04",
        "accuracy           0.9000",
        "mcc                undefined",
        "average_precision  0.7500",
        "top_k_accuracy     1.0000 for k = 5",
        "",
        "class  precision  recall      f1  roc_auc  average_precision  examples",
        "cat       1.0000  0.5000  0.6250   0.7500             0.8750     1,000",
        "dog            -  0.0000  0.0000        -                  -       200",
        "",
        "true \\ predicted   cat  dog",
        "cat               1000    ·",
        "dog                  ·  200",
        "",
        "most confident mistakes",
        "index  true  predicted  confidence",
        "   17  cat   dog            0.9877",
    ]


def test_the_rows_that_were_measured_and_what_the_loss_counts_are_said(screen: Screen) -> None:
    console, lines = screen(120)
    rows = MeasuredRows("all rows", 1200, 17)
    made = replace(classified(), split="all", rows=rows, loss_with=("class weights",), warnings=rows.warnings)
    print_evaluation(console, made)
    assert lines()[:4] == [
        "warning: 17 of 1,200 rows equal a row it was trained on: the figures say less of rows it has not seen",
        "checkpoint         run/best.npz",
        "data               pets, all rows, 1,200 examples",
        "rows               17 of 1,200 rows equal a row it was trained on",
    ]
    assert lines()[4] == "loss               1.23e-04 with class weights"
    assert str(replace(rows, exact=False)) == "about 17 of 1,200 rows equal a row it was trained on"


def test_a_narrow_terminal_gets_the_columns_that_matter(screen: Screen) -> None:
    console, lines = screen(50)
    print_evaluation(console, classified())
    assert "class  precision  recall      f1  examples" in lines()


def test_each_of_several_target_columns_has_a_row(screen: Screen) -> None:
    console, lines = screen(80)
    scores = TargetScore("0", 0.5, 12345.678, -1.5), TargetScore("1", 0.25, 0.5, math.nan)
    print_evaluation(console, Evaluation(Path("b.npz"), "npz", "test", 10, 0.1, {"mae": 0.375}, targets=scores))
    assert lines() == [
        "checkpoint  b.npz",
        "data        npz, test split, 10 examples",
        "loss        0.1000",
        "mae         0.3750",
        "",
        "target     mae     rmse       r2",
        "0       0.5000  12345.7  -1.5000",
        "1       0.2500   0.5000        -",
    ]


def test_of_very_many_classes_the_worst_are_listed(screen: Screen) -> None:
    scores = [ClassScore(f"c{i}", 1.0, 1.0, i / 1000, 1.0, 1.0, 5) for i in range(1000)]
    scores[0] = ClassScore("lacking", math.nan, math.nan, math.nan, math.nan, math.nan, 0)
    console, lines = screen()
    names = tuple(score.name for score in scores)
    print_evaluation(console, replace(classified(), class_names=names, classes=tuple(scores)))
    at = lines().index("the 10 worst of 1,000 classes by f1; --json has them all")
    assert [line.split()[0] for line in lines()[at + 1 : at + 12]] == ["class", *(f"c{i}" for i in range(1, 11))]
    assert len(lines()) < 40
