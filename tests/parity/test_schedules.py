"""Every schedule beside PyTorch's own, step by step and past its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bpcli.optim.schedules import (
    Constant,
    Cosine,
    CosineRestarts,
    Cyclical,
    Exponential,
    InverseTime,
    Multistep,
    OneCycle,
    Plateau,
    PlateauState,
    Polynomial,
    Schedule,
    Step,
    learning_rate,
)

STEPS = 60
BASE = 0.8
Make = Callable[[Any, Any], Any]


def named(name: str, *arguments: Any, **options: Any) -> Make:
    return lambda schedulers, optimizer: getattr(schedulers, name)(optimizer, *arguments, **options)


PAIRS: dict[str, tuple[Schedule, Make]] = {
    "constant": (Constant(), named("LambdaLR", lambda t: 1.0)),
    "step": (Step(step_size=7, gamma=0.5), named("StepLR", 7, 0.5)),
    "multistep": (Multistep(milestones=(5, 20, 21), gamma=0.3), named("MultiStepLR", [5, 20, 21], 0.3)),
    "exponential": (Exponential(gamma=0.95), named("ExponentialLR", 0.95)),
    "inverse_time": (InverseTime(decay=0.2), named("LambdaLR", lambda t: 1 / (1 + 0.2 * t))),
    "polynomial": (Polynomial(length=40, power=2.5), named("PolynomialLR", 40, 2.5)),
    "linear": (Polynomial(length=STEPS), named("PolynomialLR", STEPS, 1.0)),
    "cosine": (Cosine(length=STEPS, minimum=0.1), named("CosineAnnealingLR", STEPS, 0.1 * BASE)),
    "restarts": (CosineRestarts(first=9), named("CosineAnnealingWarmRestarts", 9)),
    "restarts doubling": (
        CosineRestarts(first=5, multiply=2, minimum=0.05),
        named("CosineAnnealingWarmRestarts", 5, 2, 0.05 * BASE),
    ),
    "triangular": (Cyclical(up=6, low=0.1), named("CyclicLR", 0.1 * BASE, BASE, 6, cycle_momentum=False)),
    "triangular2": (
        Cyclical(up=6, down=3, low=0.1, shape="triangular2"),
        named("CyclicLR", 0.1 * BASE, BASE, 6, 3, mode="triangular2", cycle_momentum=False),
    ),
    "exp_range": (
        Cyclical(up=4, down=9, low=0.2, shape="exp_range", gamma=0.97),
        named("CyclicLR", 0.2 * BASE, BASE, 4, 9, mode="exp_range", gamma=0.97, cycle_momentum=False),
    ),
    "one_cycle": (OneCycle(length=STEPS), named("OneCycleLR", BASE, STEPS, cycle_momentum=False)),
    "one_cycle options": (
        OneCycle(length=STEPS, rise=0.45, start=10, end=100),
        named("OneCycleLR", BASE, STEPS, pct_start=0.45, div_factor=10, final_div_factor=100, cycle_momentum=False),
    ),
}


def rates_of_torch(torch: Any, make: Make) -> list[float]:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE)
    scheduler = make(torch.optim.lr_scheduler, optimizer)
    rates = []
    for _ in range(STEPS):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        if len(rates) < STEPS:
            scheduler.step()
    return rates


@pytest.mark.parametrize("name", PAIRS)
def test_a_schedule_is_pytorchs(torch: Any, name: str) -> None:
    schedule, make = PAIRS[name]
    ours = [learning_rate(BASE, schedule, epoch=t, step=0) for t in range(STEPS)]
    assert ours == pytest.approx(rates_of_torch(torch, make), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", ["constant", "step", "exponential", "polynomial", "restarts"])
def test_a_warm_up_before_it_is_pytorchs_linear_one(torch: Any, name: str) -> None:
    schedule, make = PAIRS[name]
    schedule = type(schedule)(**{**vars(schedule), "warmup": 8, "warmup_start": 0.25})

    def sequential(schedulers: Any, optimizer: Any) -> Any:
        parts = [schedulers.LinearLR(optimizer, 0.25, total_iters=8), make(schedulers, optimizer)]
        return schedulers.SequentialLR(optimizer, parts, [8])

    ours = [learning_rate(BASE, schedule, epoch=t, step=0) for t in range(STEPS)]
    assert ours == pytest.approx(rates_of_torch(torch, sequential), rel=1e-9)


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize(("patience", "cooldown"), [(0, 0), (2, 0), (1, 3)])
def test_a_plateau_is_pytorchs(torch: Any, mode: Any, patience: int, cooldown: int) -> None:
    plateau = Plateau(drop=0.5, patience=patience, cooldown=cooldown, min_delta=0.05, minimum=0.01, mode=mode)
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE)
    peer = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, mode, 0.5, patience, 0.05, "abs", cooldown, min_lr=0.01 * BASE, eps=0
    )
    state = PlateauState()
    for t in range(STEPS):
        value = (-1 if mode == "max" else 1) * (1 / (1 + t) + 0.2 * ((t * 7) % 5))
        peer.step(value)
        state = state.observe(plateau, value)
        ours = learning_rate(BASE, plateau, epoch=t, step=t, drops=state.drops)
        assert ours == pytest.approx(float(optimizer.param_groups[0]["lr"]), rel=1e-12)
