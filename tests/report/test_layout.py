"""Columns are aligned, lines fit, and what matters least goes first."""

from __future__ import annotations

from bpcli.report.layout import Column, fitting, print_facts, print_table

from .conftest import Screen

COLUMNS = [Column("name", left=True), Column("seldom", rank=2), Column("often", rank=1), Column("value")]
ROWS = [["alpha", "1", "2", "3.5"], ["b", "10", "20", "12.5"]]


def test_words_stand_left_and_numbers_right(screen: Screen) -> None:
    console, lines = screen()
    print_table(console, COLUMNS, ROWS)
    assert lines() == ["name   seldom  often  value", "alpha       1      2    3.5", "b          10     20   12.5"]


def test_a_narrow_table_leaves_out_what_matters_least(screen: Screen) -> None:
    console, lines = screen(20)
    print_table(console, COLUMNS, ROWS)
    assert lines() == ["name   often  value", "alpha      2    3.5", "b         20   12.5"]


def test_a_column_that_matters_stays_whatever_the_width() -> None:
    assert fitting(COLUMNS, [5, 6, 5, 5], 1) == [0, 3]


def test_a_table_without_rows_has_its_titles(screen: Screen) -> None:
    console, lines = screen()
    print_table(console, COLUMNS, [])
    assert lines() == ["name  seldom  often  value"]


def test_facts_wrap_beside_their_label(screen: Screen) -> None:
    console, lines = screen(24)
    print_facts(console, [("data", "sixty thousand examples"), ("x", "1")])
    assert lines() == ["data  sixty thousand", "      examples", "x     1"]


def test_a_list_wraps_between_its_parts_only(screen: Screen) -> None:
    console, lines = screen(24)
    print_facts(console, [("final", ["train_loss 0.1", "r2 0.9", "train_accuracy 0.99"])])
    assert lines() == ["final  train_loss 0.1", "       r2 0.9", "       train_accuracy 0.99"]
