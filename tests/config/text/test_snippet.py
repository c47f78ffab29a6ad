"""The caret stands under what it means, on every terminal."""

from bpcli.config.text.document import printable, snippet


def test_the_caret_stands_under_the_part() -> None:
    assert snippet("seed: ten", 6, 3) == "    seed: ten\n          ^^^"


def test_the_lines_own_indentation_is_left_out() -> None:
    assert snippet("  \tseed: ten", 9, 3) == snippet("seed: ten", 6, 3)


def test_a_caret_after_the_end_of_the_line_is_shown() -> None:
    assert snippet("seed:", 5, 0) == "    seed:\n         ^"


def test_wide_characters_take_two_columns_and_accents_none() -> None:
    assert snippet("名: x", 3, 1) == "    名: x\n        ^"
    assert snippet("e\u0301: x", 4, 1) == "    e\u0301: x\n       ^"


def test_what_does_not_print_is_escaped_and_the_caret_keeps_its_place() -> None:
    assert snippet("a\x1b[31m\tb", 7, 1) == "    a\\x1b[31m b\n" + " " * 14 + "^"
    assert printable("\u202e\x07") == "\\u202e\\x07"


def test_a_long_line_is_cut_around_the_caret() -> None:
    line, caret = snippet("a" * 500 + "X" + "b" * 500, 500, 1).splitlines()
    assert len(line) < 110
    assert line[caret.index("^")] == "X"
    assert line.strip().startswith("…")
    assert line.endswith("…")


def test_carets_do_not_run_past_a_line_that_is_cut() -> None:
    line, caret = snippet("x: " + "a" * 500, 3, 500).splitlines()
    assert len(caret) <= len(line)
