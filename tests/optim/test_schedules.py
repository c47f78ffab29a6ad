import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.optim.schedules import Constant, Exponential, InverseTime, Schedule, Step, learning_rate

SCHEDULES: list[Schedule] = [Constant(), Step(step_size=3, gamma=0.5), Exponential(gamma=0.9), InverseTime(decay=0.5)]


@pytest.mark.parametrize(
    ("schedule", "t", "factor"),
    [
        (Constant(), 10**6, 1.0),
        (Step(step_size=3, gamma=0.5), 2, 1.0),
        (Step(step_size=3, gamma=0.5), 3, 0.5),
        (Step(step_size=3, gamma=0.5), 5, 0.5),
        (Step(step_size=3, gamma=0.5), 6, 0.25),
        (Step(step_size=1, gamma=1.0), 7, 1.0),
        (Exponential(gamma=0.9), 1, 0.9),
        (Exponential(gamma=0.9), 3, 0.729),
        (Exponential(gamma=0.5), 10**6, 0.0),
        (InverseTime(decay=0.5), 1, 1 / 1.5),
        (InverseTime(decay=0.5), 4, 1 / 3),
        (InverseTime(decay=0.0), 9, 1.0),
    ],
)
def test_the_factor_at_its_edges(schedule: Schedule, t: int, factor: float) -> None:
    assert schedule.factor(t) == pytest.approx(factor, rel=1e-14)


@pytest.mark.parametrize("schedule", SCHEDULES)
@given(t=st.integers(0, 10**4))
def test_every_schedule_starts_at_one_and_never_rises(schedule: Schedule, t: int) -> None:
    assert schedule.factor(0) == 1.0
    assert 0 <= schedule.factor(t + 1) <= schedule.factor(t) <= 1


def test_time_is_counted_as_per_says() -> None:
    assert learning_rate(0.2, Exponential(gamma=0.5), epoch=1, step=50) == 0.1
    assert learning_rate(0.2, Exponential(gamma=0.5, per="step"), epoch=50, step=2) == 0.05
