"""The table that grows while a network trains."""

from __future__ import annotations

from bpcli.report.rows import Rows
from bpcli.training.events import Evaluated

from .conftest import Screen

METRICS = {"train_loss": 0.5, "train_accuracy": 0.75, "validation_loss": 0.00025, "validation_accuracy": 1.0}


def evaluated(epoch: int, *, improved: bool = True) -> Evaluated:
    return Evaluated(epoch, epoch * 10, 0.1, METRICS, improved=improved)


def test_titles_come_once_and_columns_stay(screen: Screen) -> None:
    console, lines = screen()
    rows = Rows(console, epochs=100, monitor="validation_loss")
    rows.print(evaluated(9), 0.5)
    rows.print(evaluated(10, improved=False), 12.5)
    assert lines() == [
        "       ────── train ───────  ───── validation ────",
        "epoch       loss   accuracy       loss    accuracy       rate       time",
        "    9     0.5000     0.7500   2.50e-04*     1.0000        0.1     0.50 s",
        "   10     0.5000     0.7500   2.50e-04      1.0000        0.1     12.5 s",
    ], "the sign of an improvement needs no colours"


def test_titles_come_again_where_a_resized_window_shows_other_columns(screen: Screen) -> None:
    console, lines = screen(100)
    rows = Rows(console, epochs=100, monitor="validation_loss")
    for epoch, width in enumerate((100, 80, 40, 40, 50, 72)):
        console.width = width
        rows.print(evaluated(epoch), 0.5)
    assert [" ".join(line.split()) for line in lines() if "─" not in line] == [
        "epoch loss accuracy loss accuracy rate time",
        "0 0.5000 0.7500 2.50e-04* 1.0000 0.1 0.50 s",
        "1 0.5000 0.7500 2.50e-04* 1.0000 0.1 0.50 s",
        "",
        "epoch loss loss accuracy",
        "2 0.5000 2.50e-04* 1.0000",
        "3 0.5000 2.50e-04* 1.0000",
        "",
        "epoch loss accuracy loss accuracy",
        "4 0.5000 0.7500 2.50e-04* 1.0000",
        "",
        "epoch loss accuracy loss accuracy rate time",
        "5 0.5000 0.7500 2.50e-04* 1.0000 0.1 0.50 s",
    ]


def test_a_narrow_terminal_gets_the_columns_that_matter(screen: Screen) -> None:
    console, lines = screen(40)
    Rows(console, epochs=100, monitor="validation_loss").print(evaluated(9), 0.5)
    assert lines() == [
        "       ─ train ─  ───── validation ────",
        "epoch       loss       loss    accuracy",
        "    9     0.5000   2.50e-04*     1.0000",
    ]


MORE = METRICS | {"validation_balanced_accuracy": 0.9, "validation_mcc": 0.8, "validation_roc_auc": 0.7}


def test_metrics_that_were_asked_for_stand_beside_the_usual_ones(screen: Screen) -> None:
    console, lines = screen(120)
    Rows(console, epochs=100, monitor="validation_mcc").print(Evaluated(9, 90, 0.1, MORE, improved=True), 0.5)
    assert lines() == [
        "       ────── train ───────  ───────────────────── validation ─────────────────────",
        "epoch       loss   accuracy       loss   accuracy   balanced        mcc     roc_auc       rate       time",
        "    9     0.5000     0.7500   2.50e-04     1.0000     0.9000     0.8000*     0.7000        0.1     0.50 s",
    ]


def test_where_space_is_short_the_monitored_metric_is_the_last_of_them_to_go(screen: Screen) -> None:
    console, lines = screen(50)
    Rows(console, epochs=100, monitor="validation_mcc").print(Evaluated(9, 90, 0.1, MORE, improved=True), 0.5)
    assert lines() == [
        "       ─ train ─  ────────── validation ──────────",
        "epoch       loss       loss   accuracy        mcc",
        "    9     0.5000   2.50e-04     1.0000     0.8000*",
    ]


def test_the_long_names_of_parts_have_room(screen: Screen) -> None:
    console, lines = screen(100)
    parts = {"train_loss": 0.5, "train_species_loss": 0.25, "train_species_accuracy": 1.0, "validation_loss": 0.125}
    Rows(console, epochs=100, monitor="validation_loss").print(Evaluated(9, 90, 0.1, parts, improved=True), 0.5)
    assert lines()[1:] == [
        "epoch       loss  species_loss  species_accuracy       loss        rate       time",
        "    9     0.5000        0.2500            1.0000     0.1250*        0.1     0.50 s",
    ]
