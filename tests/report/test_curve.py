from __future__ import annotations

import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from bpcli.report.curve import Curve, draw_curve, print_curve


def draw(
    ys: list[float], *, xs: list[float] | None = None, width: int = 20, height: int = 3, **options: object
) -> list[str]:
    xs = [float(i) for i in range(len(ys))] if xs is None else xs
    return draw_curve(Curve(xs, ys, "x", "y", **options), width=width, height=height)  # type: ignore[arg-type]


def test_a_falling_line() -> None:
    assert draw([2.0, 1.0, 0.0]) == [
        "y",
        "2 ┤⠉⠒⠤⢄⣀",
        "1 ┤     ⠉⠑⠢⠤⣀⣀",
        "0 ┤           ⠉⠑⠒⠤⠤⣀",
        "  └─────────────────",
        "   0       x       2",
    ]


def test_a_constant_is_a_line_with_one_label() -> None:
    lines = draw([0.5, 0.5])
    assert [line.strip() for line in lines[1:3]] == ["│", "│"]
    assert lines[3].startswith("0.5 ┤")
    assert set(lines[3][5:]) == {chr(0x28C0)}


def test_one_point_is_one_dot() -> None:
    assert sum(character >= "⠁" for character in draw([3.0])[3][3:]) == 1


def test_what_is_not_finite_is_a_gap() -> None:
    drawn = [sum(c > "⠀" for line in draw(ys)[1:4] for c in line) for ys in ([1.0, 2.0, 3.0], [1.0, math.nan, 3.0])]
    assert drawn[1] == 2 < drawn[0]
    assert draw([math.nan, math.inf]) == ["y: nothing to draw"]


def test_powers_of_ten_are_evenly_spaced_on_a_logarithmic_axis() -> None:
    lines = draw([0.0, 0.0, 1.0], xs=[1e-4, 1e-2, 1.0], width=23, log_x=True, marks=(1e-2,))
    mark = next(line for line in lines if "▲" in line)
    assert mark.index("▲") == 3 + 10  # in the middle of the 20 columns
    assert lines[-1].split() == ["0.0001", "x", "1"]


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=40), st.integers(25, 120), st.integers(2, 15))
def test_no_line_is_wider_than_asked_for(ys: list[float], width: int, height: int) -> None:
    lines = draw(ys, width=width, height=height)
    assert max(map(cell_len, lines)) <= width
    assert len(lines) == height + 3
    assert not any(line.endswith(" ") for line in lines[:-1])


@pytest.mark.parametrize("columns", [40, 80])
def test_it_takes_the_width_of_the_console_and_no_control_codes_in_a_file(columns: int) -> None:
    file = io.StringIO()
    print_curve(Console(file=file, width=columns), Curve([0, 1, 2], [0, 1, 4], "epoch", "rate"))
    assert max(map(len, file.getvalue().splitlines())) == columns
    assert "\x1b" not in file.getvalue()
