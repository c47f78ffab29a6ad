"""Row 13: what a run draws and computes step by step is the same wherever it is interrupted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpcli
from bpcli.nn.layers import DropoutLayer
from bpcli.training.objective import Objective
from bpcli.training.update import Update
from torture.row import Outcome, Row, Size, failures_of
from torture.subjects import SUBJECTS

Sequence = list[tuple[int, float, str, str, str]]
"""Of each update its number, its learning rate, and digests of its batch, its masks and the optimizer's memory."""


def sequences(size: Size, folder: Path) -> Outcome:
    """Every step of every subject."""
    problems: list[str | None] = []
    for name, text in SUBJECTS.items():
        path = folder / f"{name}.yaml"
        path.write_text(text)
        config = bpcli.load_config(path)
        with _watched() as straight:
            bpcli.train(config, output=folder / name)
        for stop in range(1, len(straight)):
            run = folder / f"{name} {stop}"
            with _watched() as interrupted:
                first = bpcli.train(config, output=run, interrupted=_after(stop))
                bpcli.train(config, output=run, resume="last")
            where = f"{name}, resumed after step {stop}"
            if (first.status, first.steps) != ("interrupted", stop):  # else nothing is resumed, and all is equal
                problems.append(f"{where}: {first.status} at step {first.steps}")
            else:
                problems.append(None if interrupted == straight else f"{where}: {interrupted}")
    return Outcome(len(problems), "", failures_of(problems))


def _after(steps: int) -> Any:
    """True at the question number `steps`, from 1: there is one after each step."""
    asked = iter(range(1, 1_000_000))
    return lambda: next(asked) >= steps


@contextmanager
def _watched() -> Iterator[Sequence]:
    """While the context is open, every update of this process goes into the list."""
    sequence: Sequence = []
    forward, apply = Objective.forward, Update.apply
    batch = ""

    def watched_forward(objective: Objective, X: Any, T: Any, step: int | None = None) -> float:
        nonlocal batch
        before = _digest(X, T)
        loss = forward(objective, X, T, step)
        if step is not None:
            masks = [layer.mask for layer in objective.network.layers.values() if isinstance(layer, DropoutLayer)]
            batch = f"{before} {_digest(*masks)}"
        return loss

    def watched_apply(update: Update, state: Any, parameters: Any, *, learning_rate: float, **options: Any) -> None:
        inputs, masks = batch.split()
        memory = _digest(*(state.slots[name] for name in sorted(state.slots)))
        sequence.append((state.counters.step, learning_rate, inputs, masks, memory))
        apply(update, state, parameters, learning_rate=learning_rate, **options)

    Objective.forward, Update.apply = watched_forward, watched_apply  # type: ignore[method-assign]
    try:
        yield sequence
    finally:
        Objective.forward, Update.apply = forward, apply  # type: ignore[method-assign]


def _digest(*arrays: Any) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(array.tobytes())
    return digest.hexdigest()[:16]


ROWS = [
    Row(
        13,
        "resumed at every possible step of a three-epoch run",
        "equal sequences of rate, batch order, augmentation, masks and momentum",
        sequences,
    )
]
