"""Columns are aligned, lines fit, and what matters least goes first."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text

from bpcli.report.layout import Column, fitting, print_facts, print_prose, print_table

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


def test_a_word_longer_than_the_line_stays_whole_for_whoever_copies_it(screen: Screen) -> None:
    console, lines = screen(20)
    print_facts(console, [("run", "runs/a/very/long/path/to/it, from old")])
    assert lines() == ["run  runs/a/very/long/path/to/it,", "     from old"]


def test_a_command_is_never_wrapped(screen: Screen) -> None:
    console, lines = screen(20)
    print_facts(console, [("next", Text("bpcli eval runs/xor/best.npz", no_wrap=True))])
    assert lines() == ["next  bpcli eval runs/xor/best.npz"]


def test_a_sentence_wraps_at_words_and_keeps_what_is_in_quotes_together(screen: Screen) -> None:
    console, lines = screen(24)
    print_prose(console, ("error: ", "red"), "there is no such file: 'bpcli init xor' writes one, don't worry")
    assert lines() == ["error: there is no", "  such file:", "  'bpcli init xor'", "  writes one, don't", "  worry"]


def test_words_too_long_for_all_columns_are_cut_and_numbers_never(screen: Screen) -> None:
    console, lines = screen(30)
    columns = [Column("true", left=True), Column("predicted", left=True), Column("times")]
    print_table(console, columns, [["a" * 40, "日本語" * 5, "1,000,000"], ["b", "c", "1"]])
    assert lines() == [
        "true       predicted      times",
        "aaaaaaaa…  日本語日…  1,000,000",
        "b          c                  1",
    ]
    assert {cell_len(line) for line in lines()} == {31}


def test_wide_characters_take_two_cells_in_labels_and_cells(screen: Screen) -> None:
    console, lines = screen()
    print_facts(console, [("種類", "1"), ("loss", "2")])
    print_table(console, [Column("名", left=True), Column("n")], [["東京", "1"], ["ab", "2"]])
    assert lines() == ["種類  1", "loss  2", "名    n", "東京  1", "ab    2"]


def test_control_characters_are_escaped_before_they_are_measured(screen: Screen) -> None:
    console, lines = screen()
    print_facts(console, [("a\x1b", "b\rc"), ("d", ["e\x07", "f\u202e"])])
    print_table(console, [Column("t\n", left=True), Column("n")], [["x\x9b", "1"], ["y", "2"]])
    assert lines() == ["a\\x1b  b\\rc", "d      e\\x07  f\\u202e", "t\\n    n", "x\\x9b  1", "y      2"]
