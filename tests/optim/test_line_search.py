import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.optim.lbfgs import CURVATURE, DECREASE, MOST_EVALUATIONS, Point, strong_wolfe

from .lines import Line, kink, power, waves

Curve = Callable[[float], tuple[float, float]]
"""A function and its derivative."""

CURVES: dict[str, Curve] = {
    "a parabola": lambda a: ((a - 3) ** 2, 2 * (a - 3)),
    "a quartic": lambda a: ((a - 3) ** 4, 4 * (a - 3) ** 3),
    "a logarithm": lambda a: (a - 2 * math.log1p(a), 1 - 2 / (1 + a)),
    "waves": lambda a: (0.1 * (a - 5) ** 2 + math.cos(3 * a), 0.2 * (a - 5) - 3 * math.sin(3 * a)),
    "a wall": lambda a: (math.inf, math.nan) if a > 0.7 else (-a, -1 + 2 * (a > 0.6)),
}


def search(curve: Curve, first: float, largest: float = 1.0) -> tuple[Point, Point, list[float]]:
    tried: list[float] = []

    def evaluate(step: float) -> Point:
        tried.append(step)
        return Point(step, *curve(step))

    start = Point(0.0, *curve(0.0))
    return start, strong_wolfe(evaluate, start, first, largest=largest), tried


@pytest.mark.parametrize("name", ["a parabola", "a quartic", "a logarithm", "waves"])
@given(first=st.floats(1e-3, 1e3))
def test_the_point_found_meets_both_conditions(name: str, first: float) -> None:
    start, found, _ = search(CURVES[name], first)
    assert found.value <= start.value + DECREASE * found.t * start.slope
    assert abs(found.slope) <= -CURVATURE * start.slope


def test_a_first_step_that_is_good_is_taken() -> None:
    _, found, tried = search(CURVES["a parabola"], 2.0)
    assert (found.t, tried) == (2.0, [2.0])


def test_a_cubic_through_two_points_of_a_parabola_has_its_minimum() -> None:
    _, found, tried = search(CURVES["a parabola"], 10.0)
    assert tried == [10.0, pytest.approx(3.0, rel=1e-12)]
    assert found.t == tried[-1]


def test_it_backs_off_from_where_there_is_no_value() -> None:
    _, found, _ = search(CURVES["a wall"], 100.0)
    assert 0 < found.t <= 0.7


def test_a_value_whose_square_overflows_is_backed_off_from_too() -> None:
    start, found, _ = search(lambda a: (math.exp(60 * a) - 3600 * a, 60 * math.exp(60 * a) - 3600), 10.0)
    assert found.value < start.value
    assert abs(found.slope) <= -CURVATURE * start.slope


@pytest.mark.parametrize("corner", [0.7, 1.3, 9.0])
def test_at_a_corner_no_place_is_tried_twice_and_the_lowest_is_found(corner: float) -> None:
    """|α - corner| is flat nowhere."""
    _, found, tried = search(lambda a: (abs(a - corner), math.copysign(1.0, a - corner)), 1.0)
    assert len(set(tried)) == len(tried)
    assert found.value == min(abs(t - corner) for t in tried)


@pytest.mark.parametrize("beyond", [math.inf, 1.0])
def test_it_stays_where_nothing_is_lower_however_good_the_slope_looked(beyond: float) -> None:
    start, found, tried = search(lambda a: (beyond if a else 0.0, -1.0 if a == 0 else 1.0), 1.0)
    assert found is start
    assert len(tried) <= MOST_EVALUATIONS + 1


def test_on_a_slope_without_end_it_stops_at_the_last_trial() -> None:
    _, found, tried = search(lambda a: (-a, -1.0), 1.0)
    assert len(tried) == MOST_EVALUATIONS + 1
    assert found.t == max(tried)


@pytest.mark.parametrize("kind", [waves, kink, power])
def test_the_trials_are_those_of_pytorch(kind: Callable[[int], Line]) -> None:
    """line_search.json is what PyTorch 2.13.0 tries and finds; tests/parity asks it about five times as many."""
    theirs = json.loads(Path(__file__).with_name("line_search.json").read_text())[kind.__name__]
    assert len(theirs) > 40
    for case in theirs:
        first = 10 ** np.random.default_rng(1000 + case["seed"]).uniform(-3, 3)
        _, found, tried = search(kind(case["seed"]), first)
        assert tried == pytest.approx(case["tried"], rel=1e-5, abs=1e-9)
        assert found.t == pytest.approx(case["found"], rel=1e-5, abs=1e-9)


def test_a_bracket_in_which_no_weight_would_move_is_not_searched() -> None:
    """Its length times the largest entry of the direction is what the weights would move by."""
    tried = {largest: search(CURVES["waves"], 30.0, largest)[2] for largest in (1.0, 1e-12, 1e12)}
    assert len(tried[1e-12]) < len(tried[1.0]) == len(tried[1e12])
