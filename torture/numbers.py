"""Row 12: a number that is none comes into a training, and it stops, says where, and keeps what was good."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import numpy as np

from bpcli.training.checkpoint import load_checkpoint
from torture.children import bpcli
from torture.kills import TRAIN, Subject
from torture.row import Outcome, Row, Size, failures_of

PLACES = {
    "loss": "the loss is not finite",
    "gradient": "layers.1.W is not finite",
    "weight": "layers.0.b is not finite",
    "input": "the input is not finite; the data hold",
}
"""Where it comes in, and what is to be said."""


def numbers(size: Size, folder: Path) -> Outcome:
    subject = Subject.prepare("momentum", folder / "straight")
    steps = sum(point.kind == "step" for point in subject.points)
    cases = [(place, step, value) for place in PLACES for step in range(steps) for value in (math.nan, math.inf)]
    chosen = random.Random(0).sample(cases, size.of(min(50, len(cases))))
    answers = size.each(lambda case: _hit(subject, *case, folder / f"{case[0]} {case[1]} {case[2]}"), chosen)
    return Outcome(len(chosen), "", failures_of(answers))


def _hit(subject: Subject, place: str, step: int, value: float, folder: Path) -> str | None:
    subject.fresh(folder)
    ending = bpcli(folder, TRAIN, change=_inject, options=(place, step, value))
    said = [f"diverged at step {later}: {PLACES[place]}" for later in (step + 1, step + 2)]
    where = f"{value} as {place} at step {step}"
    if ending.code != 3 or not any(sentence in ending.err for sentence in said):
        return f"{where}: exit {ending.code}, {ending.err.strip()}"
    for path in (folder / "run").glob("*.npz"):
        if not all(np.isfinite(array).all() for array in load_checkpoint(path).arrays.values()):
            return f"{where}: {path.name} is not finite"
        if load_checkpoint(path).counters.step > step + 1:
            return f"{where}: {path.name} is of step {load_checkpoint(path).counters.step}"
    return None


def _inject(place: str, at: int, value: float) -> None:
    """In this process: let `value` stand in for what is right, at step number `at`, from 0."""
    from bpcli.training.objective import Objective
    from bpcli.training.update import Update

    forward, apply = Objective.forward, Update.apply

    def spoilt_forward(objective: Objective, X: Any, T: Any, step: int | None = None) -> float:
        if step == at and place == "input":
            X[0, 0] = value  # where the batch lies
        loss = forward(objective, X, T, step)
        return value if step == at and place == "loss" else loss

    def spoilt_apply(update: Update, state: Any, parameters: Any, **options: Any) -> None:
        is_here = state.counters.step == at
        if is_here and place == "gradient":
            parameters.grads["layers.1.W"][0, 0] = value
        apply(update, state, parameters, **options)
        if is_here and place == "weight":
            parameters.views["layers.0.b"][0] = value

    Objective.forward, Update.apply = spoilt_forward, spoilt_apply  # type: ignore[method-assign]


ROWS = [
    Row(
        12,
        "NaN or infinity comes into loss, gradient, weight or input at step k",
        "stops with exit 3, names tensor, layer, step and likely cause; last and best stay finite",
        numbers,
    )
]
