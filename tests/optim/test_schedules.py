import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.errors import ConfigError
from bpcli.optim.schedules import (
    Constant,
    Cosine,
    CosineRestarts,
    Cyclical,
    Exponential,
    InverseTime,
    Multistep,
    OneCycle,
    Per,
    Plateau,
    PlateauState,
    Polynomial,
    Schedule,
    Step,
    learning_rate,
    with_length,
)
from tests.unions import covering, members

FALLING: list[Schedule] = [
    Constant(),
    Step(step_size=3, gamma=0.5),
    Multistep(milestones=(3, 5)),
    Exponential(gamma=0.9),
    InverseTime(decay=0.5),
    Polynomial(length=20, power=2),
    Cosine(length=20, minimum=0.1),
]
PLAIN: list[Schedule] = [
    with_length(schedule, epochs=20, steps_per_epoch=5) for schedule in members(Schedule, milestones=(3, 5))
]
"""every schedule there is, with its defaults"""
ALL: list[Schedule] = [
    *PLAIN,
    *FALLING,
    CosineRestarts(first=3, multiply=2),
    Cyclical(up=2, down=5, shape="triangular2"),
    Cyclical(shape="exp_range", gamma=0.9),
    OneCycle(length=20),
]


FACTORS: list[tuple[Schedule, int, float]] = [
    (Constant(), 10**6, 1.0),
    (Step(step_size=3, gamma=0.5), 2, 1.0),
    (Step(step_size=3, gamma=0.5), 3, 0.5),
    (Step(step_size=3, gamma=0.5), 6, 0.25),
    (Step(step_size=1, gamma=1.0), 7, 1.0),
    (Multistep(milestones=(2, 4), gamma=0.5), 1, 1.0),
    (Multistep(milestones=(2, 4), gamma=0.5), 2, 0.5),
    (Multistep(milestones=(4, 2), gamma=0.5), 4, 0.25),
    (Exponential(gamma=0.9), 3, 0.729),
    (Exponential(gamma=0.5), 10**6, 0.0),
    (InverseTime(decay=0.5), 4, 1 / 3),
    (InverseTime(decay=0.0), 9, 1.0),
    (Polynomial(length=4), 3, 0.25),
    (Polynomial(length=4), 4, 0.0),
    (Polynomial(length=4, power=2), 2, 0.25),
    (Cosine(length=4), 2, 0.5),
    (Cosine(length=4, minimum=0.2), 4, 0.2),
    (CosineRestarts(first=4), 2, 0.5),
    (CosineRestarts(first=4, minimum=0.2), 2, 0.6),
    (CosineRestarts(first=4), 4, 1.0),
    (CosineRestarts(first=4, multiply=2), 4 + 4, 0.5),
    (CosineRestarts(first=4, multiply=2), 4 + 8, 1.0),
    (Cyclical(up=2, down=4, low=0.2), 0, 0.2),
    (Cyclical(up=2, down=4, low=0.2), 2, 1.0),
    (Cyclical(up=2, down=4, low=0.2), 4, 0.6),
    (Cyclical(up=2, down=4, low=0.2), 6, 0.2),
    (Cyclical(up=2, low=0.2), 7, 0.6),
    (Cyclical(up=2, low=0.2, shape="triangular2"), 6, 0.6),
    (Cyclical(up=2, low=0.2, shape="triangular2"), 7, 0.4),
    (Cyclical(up=2, low=0.2, shape="exp_range", gamma=0.9), 2, 0.2 + 0.8 * 0.81),
    (Cyclical(up=2, low=0.2, shape="exp_range", gamma=0.9), 3, 0.2 + 0.8 * 0.729 / 2),
    (OneCycle(length=11, rise=3 / 11), 0, 1 / 25),
    (OneCycle(length=11, rise=3 / 11), 1, 0.52),
    (OneCycle(length=11, rise=3 / 11), 2, 1.0),
    (OneCycle(length=11, rise=3 / 11), 6, (1 + 1 / 25e4) / 2),
    (OneCycle(length=4, rise=0.25), 0, 1.0),
    (OneCycle(length=4, rise=0.5), 0, 1 / 25),
    (OneCycle(length=11, rise=3 / 11), 10, 1 / 25e4),
]


@pytest.mark.parametrize(("schedule", "t", "factor"), FACTORS)
def test_the_factor_at_its_edges(schedule: Schedule, t: int, factor: float) -> None:
    assert schedule.factor(t) == pytest.approx(factor, rel=1e-12, abs=1e-15)


def test_every_schedule_is_held_to_its_formula() -> None:
    """A plateau is told its drops by what is measured: its tests are further down."""
    covering(Schedule, [*(schedule for schedule, *_ in FACTORS), Plateau()])


@pytest.mark.parametrize("schedule", FALLING)
@given(t=st.integers(0, 10**4))
def test_most_start_at_one_and_never_rise(schedule: Schedule, t: int) -> None:
    assert schedule.factor(0) == 1.0
    assert 0 <= schedule.factor(t + 1) <= schedule.factor(t) <= 1


@pytest.mark.parametrize("schedule", ALL)
@given(t=st.integers(0, 10**4), warmup=st.integers(0, 50))
def test_none_leaves_zero_to_one(schedule: Schedule, t: int, warmup: int) -> None:
    warm = type(schedule)(**{**vars(schedule), "warmup": warmup})
    assert 0 <= warm.factor(t) <= 1


@pytest.mark.parametrize("schedule", [Polynomial(length=5), Cosine(length=5, minimum=0.1), OneCycle(length=5)])
def test_after_its_end_a_schedule_stays_where_it_is(schedule: Schedule) -> None:
    assert schedule.factor(5) == schedule.factor(6) == schedule.factor(10**6)


@pytest.mark.parametrize("schedule", ALL)
def test_a_warm_up_rises_in_a_straight_line_to_where_the_schedule_begins(schedule: Schedule) -> None:
    warm = type(schedule)(**{**vars(schedule), "warmup": 4, "warmup_start": 0.2})
    first = schedule.factor(0)
    assert [warm.factor(t) for t in range(5)] == pytest.approx([first * s for s in (0.2, 0.4, 0.6, 0.8, 1.0)])
    assert [warm.factor(4 + t) for t in range(30)] == [schedule.factor(t) for t in range(30)]


def test_time_is_counted_as_per_says() -> None:
    assert learning_rate(0.2, Exponential(gamma=0.5), epoch=1, step=50) == 0.1
    assert learning_rate(0.2, Exponential(gamma=0.5, per="step"), epoch=50, step=2) == 0.05


def test_a_length_that_is_not_stated_is_the_rest_of_the_run() -> None:
    assert with_length(Cosine(), epochs=7, steps_per_epoch=3) == Cosine(length=7)
    assert with_length(OneCycle(per="step", warmup=5), epochs=7, steps_per_epoch=3) == OneCycle(
        per="step", warmup=5, length=16
    )
    assert with_length(Cosine(length=3), epochs=7, steps_per_epoch=3) == Cosine(length=3)
    assert with_length(Constant(), epochs=7, steps_per_epoch=3) == Constant()


def after(plateau: Plateau, *values: float) -> PlateauState:
    state = PlateauState()
    for value in values:
        state = state.observe(plateau, value)
    return state


def test_a_plateau_drops_when_its_patience_is_at_an_end() -> None:
    plateau = Plateau(patience=2, mode="min", drop=0.5, min_delta=0.1)
    assert after(plateau, 1.0, 1.0, 0.95).drops == 0
    assert after(plateau, 1.0, 1.0, 0.95, 1.0) == PlateauState(1.0, 0, 0, 1)
    assert after(plateau, 1.0, 1.0, 0.8, 0.8, 0.8).drops == 0
    assert [learning_rate(1.0, plateau, epoch=9, step=9, drops=n) for n in range(3)] == [1.0, 0.5, 0.25]


def test_a_cooldown_counts_nothing() -> None:
    plateau = Plateau(patience=0, cooldown=2, mode="min", min_delta=0)
    assert [after(plateau, *[1.0] * n).drops for n in range(1, 7)] == [0, 1, 1, 1, 2, 2]


def test_more_is_better_for_some_metrics_and_nan_for_none() -> None:
    plateau = Plateau(patience=0, mode="max", min_delta=0)
    assert after(plateau, 0.5, 0.6, 0.7).drops == 0
    assert after(plateau, 0.5, 0.4).drops == 1
    assert after(plateau, 0.5, float("nan")) == PlateauState(0.5, 0, 0, 1)


def test_the_rate_never_falls_below_the_minimum() -> None:
    assert learning_rate(2.0, Plateau(drop=0.1, minimum=0.05), epoch=0, step=0, drops=9) == 0.1


@pytest.mark.parametrize(("per", "warmup", "whole"), [("epoch", 7, 7), ("epoch", 8, 7), ("step", 21, 21)])
def test_a_warm_up_that_leaves_nothing_of_the_run_is_refused(per: Per, warmup: int, whole: int) -> None:
    message = f"{warmup} {per}s of warm-up leave nothing of a run of {whole} for cosine"
    with pytest.raises(ConfigError, match=message):
        with_length(Cosine(per=per, warmup=warmup), epochs=7, steps_per_epoch=3)
    stated = Cosine(per=per, warmup=warmup, length=5)
    assert with_length(stated, epochs=7, steps_per_epoch=3) == stated


def test_a_warm_up_that_fills_the_run_is_refused_by_its_key() -> None:
    with pytest.raises(ConfigError, match="make it shorter, or state") as refused:
        with_length(Cosine(warmup=7), epochs=7, steps_per_epoch=3)
    assert refused.value.problems[0].path == ("schedule", "warmup")


def test_one_cycle_needs_room_to_rise_and_to_fall() -> None:
    with pytest.raises(ConfigError, match="needs 3 epochs to rise and to fall, and this run has 2: write") as refused:
        with_length(OneCycle(warmup=5), epochs=7, steps_per_epoch=50)
    assert refused.value.problems[0].path == ("schedule",)
    assert with_length(OneCycle(warmup=4), epochs=7, steps_per_epoch=50).length == 3  # type: ignore[union-attr]
    with pytest.raises(ConfigError, match="needs 3 epochs to rise and to fall, and this run has 2: write"):
        with_length(OneCycle(), epochs=2, steps_per_epoch=50)
    assert with_length(OneCycle(per="step"), epochs=2, steps_per_epoch=50).length == 100  # type: ignore[union-attr]


def test_what_counts_as_an_improvement_is_as_much_upwards_as_downwards() -> None:
    up = Plateau(patience=0, mode="max", min_delta=0.1, drop=0.5)
    down = Plateau(patience=0, mode="min", min_delta=0.1, drop=0.5)
    for step, drops in ((0.06, 1), (0.11, 0)):
        assert after(up, 1.0, 1.0 + step).drops == after(down, 1.0, 1.0 - step).drops == drops
