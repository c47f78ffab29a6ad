"""The words that errors share."""

from __future__ import annotations

from bpcli.errors import Problem, listed


def test_of_a_long_list_the_first_few_are_named_and_how_many_there_are() -> None:
    assert listed("abc") == "a, b, c"
    assert listed(range(10)) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9"
    assert listed(range(60_000), most=3) == "0, 1, 2 ... (60,000 in all)"
    assert listed([]) == ""


def test_a_problem_is_one_line_whatever_name_is_in_it() -> None:
    assert str(Problem(("data",), "no column a\nerror: forged")) == "data: no column a\\nerror: forged"
