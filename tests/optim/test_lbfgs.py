"""L-BFGS on functions whose minimum is known."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from bpcli.nn.parameters import Parameters
from bpcli.optim.base import Slots
from bpcli.optim.lbfgs import LBFGS

from .helpers import make_parameters

Function = Callable[[np.ndarray], tuple[float, np.ndarray]]
"""Parameters to a value and its gradient."""

A = np.diag([1.0, 3.0, 10.0, 30.0, 100.0, 300.0]) + 0.5
TARGET = np.arange(6.0)
START = np.random.default_rng(0).standard_normal(6)
DEFAULT = LBFGS()


def bowl(theta: np.ndarray) -> tuple[float, np.ndarray]:
    """½ (θ - t)ᵀ A (θ - t)"""
    gradient = A @ (theta - TARGET)
    return float((theta - TARGET) @ gradient) / 2, gradient


def rosenbrock(theta: np.ndarray) -> tuple[float, np.ndarray]:
    x, y = theta[:-1], theta[1:]
    gradient = np.zeros_like(theta)
    gradient[:-1] = -400 * x * (y - x * x) - 2 * (1 - x)
    gradient[1:] += 200 * (y - x * x)
    return float((100 * (y - x * x) ** 2 + (1 - x) ** 2).sum()), gradient


def descend(
    parameters: Parameters, function: Function, *, steps: int, optimizer: LBFGS = DEFAULT, slots: Slots | None = None
) -> list[float]:
    """The value after each step; `slots` are those to go on with."""
    slots = optimizer.init(parameters.theta) if slots is None else slots

    def reevaluate() -> float:
        value, parameters.grad[...] = function(parameters.theta)
        return value

    values = []
    for step in range(steps):
        reevaluate()
        optimizer.step(slots, parameters, learning_rate=optimizer.learning_rate, step=step, reevaluate=reevaluate)
        values.append(function(parameters.theta)[0])
    return values


def test_it_finds_the_minimum_of_a_bowl() -> None:
    ours = make_parameters(np.zeros(6))
    descend(ours, bowl, steps=40)
    np.testing.assert_allclose(ours.theta, TARGET, atol=1e-7)


def test_it_finds_the_end_of_a_bent_valley() -> None:
    ours = make_parameters(np.full(6, -1.2))
    descend(ours, rosenbrock, steps=150)
    np.testing.assert_allclose(ours.theta, np.ones(6), atol=1e-6)


def test_it_never_goes_up() -> None:
    values = descend(make_parameters(START), rosenbrock, steps=60)
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("history", [1, 3, 100])
def test_the_direction_is_that_of_the_matrix_that_the_pairs_stand_for(history: int) -> None:
    """Nocedal and Wright 2006, eq. 7.16: H ← (I - ρ s yᵀ) H (I - ρ y sᵀ) + ρ s sᵀ, the oldest pair first."""
    optimizer, ours = LBFGS(history=history), make_parameters(START)
    slots = optimizer.init(ours.theta)
    descend(ours, rosenbrock, steps=8, optimizer=optimizer, slots=slots)
    kept = [i for i in range(history) if slots[f"s{i}"].any()]
    assert len(kept) == min(history, 8)
    s, y = slots["s0"], slots["y0"]
    H = np.eye(6) * (s @ y) / (y @ y)
    for i in reversed(kept):
        s, y = slots[f"s{i}"], slots[f"y{i}"]
        left = np.eye(6) - np.outer(s, y) / (s @ y)
        H = left @ H @ left.T + np.outer(s, s) / (s @ y)
    gradient = rosenbrock(ours.theta)[1]
    np.testing.assert_allclose(optimizer._direction(slots, gradient), -H @ gradient, rtol=1e-9)


def test_the_pairs_are_the_last_steps_and_changes_of_gradient_the_newest_first() -> None:
    optimizer, ours = LBFGS(history=2), make_parameters(START)
    slots, points = optimizer.init(ours.theta), [ours.theta.copy()]
    for _ in range(4):
        descend(ours, bowl, steps=1, optimizer=optimizer, slots=slots)
        points.append(ours.theta.copy())
    for i in range(2):
        now, before = points[-1 - i], points[-2 - i]
        np.testing.assert_allclose(slots[f"s{i}"], now - before, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(slots[f"y{i}"], A @ (now - before), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("function", [bowl, rosenbrock])
def test_resumed_at_any_step_it_goes_on_bit_for_bit(function: Function) -> None:
    optimizer, straight, resumed = (
        LBFGS(history=3),
        make_parameters(START.astype(np.float32)),
        make_parameters(START.astype(np.float32)),
    )
    slots = optimizer.init(straight.theta)
    for _ in range(40):
        saved = {name: slots[name].copy() for name in sorted(slots)}
        resumed.theta[...] = straight.theta
        for ours, memory in ((straight, slots), (resumed, saved)):
            descend(ours, function, steps=1, optimizer=optimizer, slots=memory)
        assert resumed.theta.tobytes() == straight.theta.tobytes()
        assert {array.dtype for array in (straight.theta, *slots.values())} == {np.dtype(np.float32)}
        assert all(saved[name].tobytes() == slots[name].tobytes() for name in slots)


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_where_all_is_wrong_but_the_start_it_stays_there(wrong: float) -> None:
    ours = make_parameters(np.full(6, 0.5))

    def cliff(theta: np.ndarray) -> tuple[float, np.ndarray]:
        return (1.0, np.ones(6)) if (theta == 0.5).all() else (wrong, np.full(6, wrong))

    with np.errstate(invalid="ignore"):
        descend(ours, cliff, steps=3)
    np.testing.assert_array_equal(ours.theta, np.full(6, 0.5))


def test_where_the_gradient_lies_it_stays_and_forgets_its_pairs() -> None:
    optimizer, ours = LBFGS(), make_parameters(START)
    slots = optimizer.init(ours.theta)
    descend(ours, bowl, steps=3, optimizer=optimizer, slots=slots)
    before = ours.theta.copy()
    descend(ours, lambda theta: (bowl(theta)[0], -bowl(theta)[1]), steps=1, optimizer=optimizer, slots=slots)
    np.testing.assert_array_equal(ours.theta, before)
    assert not any(array.any() for array in slots.values())


@pytest.mark.parametrize("gradient", [0.0, math.nan])
def test_without_a_slope_nothing_moves(gradient: float) -> None:
    ours = make_parameters(np.full(6, 0.5))
    descend(ours, lambda theta: (1.0, np.full(6, gradient)), steps=2)
    np.testing.assert_array_equal(ours.theta, np.full(6, 0.5))


def test_without_a_rate_nothing_moves() -> None:
    ours = make_parameters(np.full(6, 0.5))
    ours.grad[...] = 1
    LBFGS().step(LBFGS().init(ours.theta), ours, learning_rate=0.0, step=0, reevaluate=lambda: 1.0)
    np.testing.assert_array_equal(ours.theta, np.full(6, 0.5))


@pytest.mark.parametrize("wall", [math.nan, math.inf])
def test_it_stays_where_the_objective_is_finite(wall: float) -> None:
    """x² with a wall at |x| > 3: steps over it are taken back."""
    parameters, optimizer = make_parameters(np.array([2.0])), LBFGS(learning_rate=1e6)
    slots = optimizer.init(parameters.theta)

    def reevaluate() -> float:
        (x,) = parameters.theta
        parameters.grad[...] = 2 * x if abs(x) <= 3 else wall
        return float(x * x) if abs(x) <= 3 else wall

    for step in range(20):
        reevaluate()
        optimizer.step(slots, parameters, learning_rate=1e6, step=step, reevaluate=reevaluate)
        assert abs(parameters.theta[0]) <= 2


def test_a_pair_is_of_one_objective_though_each_step_has_its_own() -> None:
    """As under dropout, which draws another mask for every update."""
    optimizer, ours = LBFGS(history=1), make_parameters(START)
    slots = optimizer.init(ours.theta)
    for scale in (1.0, 5.0, 0.2):
        before = ours.theta.copy()

        def scaled(theta: np.ndarray, scale: float = scale) -> tuple[float, np.ndarray]:
            value, gradient = bowl(theta)
            return scale * value, scale * gradient

        descend(ours, scaled, steps=1, optimizer=optimizer, slots=slots)
        np.testing.assert_allclose(slots["y0"], scale * A @ (ours.theta - before), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("corner", [0.3, 0.7, 1.3, 5.1])
def test_the_weights_end_at_the_lowest_point_tried_though_others_were_tried_after_it(corner: float) -> None:
    """|θ - corner|, which is flat nowhere."""
    ours, values = make_parameters(np.zeros(1)), []

    def pointed(theta: np.ndarray) -> tuple[float, np.ndarray]:
        values.append(abs(theta[0] - corner))
        return values[-1], np.sign(theta - corner)

    (last,) = descend(ours, pointed, steps=1)
    assert last == min(values)


@pytest.mark.parametrize("size", [1e-3, 1e3])
def test_the_first_step_of_all_is_of_length_one_at_most_and_later_ones_whole(size: float) -> None:
    """As PyTorch: min(1, 1 / |g|₁) times the gradient, which has no scale yet."""
    ours, optimizer = make_parameters(np.zeros(6)), LBFGS(learning_rate=0.5)
    slots = optimizer.init(ours.theta)
    tried: list[np.ndarray] = []

    def reevaluate() -> float:
        tried.append(ours.theta.copy())
        value, gradient = bowl(ours.theta)
        ours.grad[...] = size * gradient
        return size * value

    for step in range(2):
        reevaluate()
        tried.clear()
        start, gradient = ours.theta.copy(), ours.grad.copy()
        direction = optimizer._direction(slots, gradient)
        length = 0.5 if step else 0.5 / max(1.0, np.abs(gradient).sum())
        optimizer.step(slots, ours, learning_rate=0.5, step=step, reevaluate=reevaluate)
        np.testing.assert_allclose(tried[1], start + length * direction, rtol=1e-12, atol=1e-15)
