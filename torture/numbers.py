"""Row 12: a number that is none comes into a training, and it stops, says where, and keeps what was good."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import numpy as np

from bpcli.runs.checkpoint import load_checkpoint
from torture.children import bpcli
from torture.kills import TRAIN, Subject
from torture.row import Outcome, Row, Size, failures_of

NOT_FINITE = {
    "loss": "the loss is not finite",
    "gradient": "layers.1.W is not finite",
    "weight": "layers.1.b is not finite",
    "input": "the input is not finite; column 'x1' holds",
}
"""Where it comes in, and what is to be said."""
LARGE = 1e30
"""A number whose square is infinite in single precision, and nothing else that comes of it at first."""
OVERFLOWS = {
    "gradient": "optimizer.mean_square.layers.1.W is not finite",
    "input": "layers.0.running_variance is not finite",
}
"""Where a large one comes in, and what is to be said, at the next save, of a run that keeps squares."""
SUBJECTS = ("momentum", "everything")
UNCLIPPED = (*TRAIN, "clipping.value=null", "clipping.norm=null")
"""A clipped gradient is finite, and does no harm."""

Case = tuple[Subject, str, int, float, str]
"""Where which number comes in, at which step, from 0, and what is to be said."""


def numbers(size: Size, folder: Path) -> Outcome:
    subjects = [Subject.prepare(name, folder / name) for name in SUBJECTS]
    plain = [
        (subject, place, step, value, said)
        for subject in subjects
        for place, said in NOT_FINITE.items()
        for step in range(subject.steps)
        for value in (math.nan, math.inf)
    ]
    large = [
        (subjects[-1], place, step, LARGE, said)
        for place, said in OVERFLOWS.items()
        for step in range(subjects[-1].steps)
    ]
    draw = random.Random(0)
    chosen = [*draw.sample(plain, size.of(100)), *draw.sample(large, size.of(20))]
    answers = size.each(lambda case: _hit(case[1], folder / str(case[0])), enumerate(chosen))
    return Outcome(len(chosen), "", failures_of(answers))


def _hit(case: Case, folder: Path) -> str | None:
    subject, place, step, value, said = case
    subject.fresh(folder)
    ending = bpcli(folder, UNCLIPPED, change=_inject, options=(place, step, value))
    sentences = [f"diverged at step {step + later}: {said}" for later in (1, 2, 3)]  # 3: from save to save
    where = f"{subject.name}, {value} as {place} at step {step}"
    if ending.code != 3 or not any(sentence in ending.err for sentence in sentences):
        return f"{where}: exit {ending.code}, {ending.err.strip()}"
    for path in (folder / "run").glob("*.npz"):
        saved = load_checkpoint(path)
        if wrong := [name for name, array in saved.arrays.items() if not np.isfinite(array).all()]:
            return f"{where}: {path.name}: {', '.join(wrong)} not finite"
        if saved.counters.step > step:
            return f"{where}: {path.name} is of step {saved.counters.step}"
    return None


def _inject(place: str, at: int, value: float) -> None:
    """In this process: let `value` stand in for what is right, at step number `at`, from 0."""
    from bpcli.training.objective import Objective
    from bpcli.training.update import Update

    forward, apply = Objective.forward, Update.apply

    def spoilt_forward(objective: Objective, X: Any, T: Any, step: int | None = None) -> float:
        if step == at and place == "input":
            X[::2] = value  # where the batch lies; of many examples, for dropout may take those of one
        loss = forward(objective, X, T, step)
        return value if step == at and place == "loss" else loss

    def spoilt_apply(update: Update, state: Any, parameters: Any, **options: Any) -> None:
        is_here = state.counters.step == at
        if is_here and place == "gradient":
            parameters.grads["layers.1.W"][0, 0] = value
        apply(update, state, parameters, **options)
        if is_here and place == "weight":
            parameters.views["layers.1.b"][0] = value

    Objective.forward, Update.apply = spoilt_forward, spoilt_apply  # type: ignore[method-assign]


ROWS = [
    Row(
        12,
        "NaN, infinity or what overflows comes into loss, gradient, weight or input at step k",
        "stops with exit 3, names tensor, layer, step and likely cause; all of last and best stays finite",
        numbers,
    )
]
