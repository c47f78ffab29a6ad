"""Row 10: asked to stop, a run stops within a step and a save, and can be gone on with."""

from __future__ import annotations

import random
import signal
from collections import Counter
from pathlib import Path

from torture.children import bpcli
from torture.kills import TRAIN, Change, Subject, go_on, prepare_all
from torture.points import Point, Signal
from torture.row import Outcome, Row, Size, failures_of

NUMBERS = (signal.SIGINT, signal.SIGTERM)


def signals(size: Size, folder: Path) -> Outcome:
    """Either signal, half of them followed by the other one while the run is saving."""
    subjects = prepare_all(folder)
    draw, cases = random.Random(0), []
    for i in range(size.of(200)):
        subject = subjects[i % len(subjects)]
        cases.append((subject, _of_some_kind(subject, draw), NUMBERS[i // 4 % 2], i // 8 % 2 == 1))
    answers = size.each(lambda case: hit(*case[1], folder / f"signal {case[0]}"), enumerate(cases))
    phases = Counter(_phase(subject.points[at]) for subject, at, _, _ in cases)
    figures = ", ".join(f"{count} in {phase}" for phase, count in phases.items())
    return Outcome(len(cases), figures, failures_of(answers))


def _of_some_kind(subject: Subject, draw: random.Random) -> int:
    """A point of a phase that is drawn first, so that each phase has its share."""
    phase = draw.choice(sorted({_phase(point) for point in subject.points}))
    return draw.choice([at for at, point in enumerate(subject.points) if _phase(point) == phase])


def _phase(point: Point) -> str:
    if point.in_save:
        return "saving"
    return {"start": "start-up", "step": "training", "evaluation": "evaluation"}.get(point.kind, "writing")


def hit(
    subject: Subject, at: int, number: int, is_repeated: bool, folder: Path, change: Change | None = None
) -> str | None:
    """Send the signal at a point, perhaps the other one after it: what is wrong with how the run stops, or goes on."""
    subject.fresh(folder)
    again = next(other for other in NUMBERS if other != number) if is_repeated else None
    ending = bpcli(folder, TRAIN, trap=Signal(at, number, again, folder / "steps"), change=change)
    codes = {128 + sent for sent in (number, again) if sent}
    problem = None
    if ending.code not in codes or ending.has_traceback:
        problem = f"exit {ending.code}, {ending.err.strip()}"
    elif (steps := int((folder / "steps").read_text())) > 1:
        problem = f"{steps} steps more"
    else:
        reached = 0 if is_repeated else _reached(subject, at)  # a second signal ends the save that it comes in
        problem = go_on(subject, folder, at_least=max(ending.saved, reached))
    where = f"{subject.name}, {signal.Signals(number).name} at point {at} ({_phase(subject.points[at])})"
    return f"{where}{', then the other' if again else ''}: {problem}" if problem else None


def _reached(subject: Subject, at: int) -> int:
    """The updates made by a run that is asked to stop there, the one under way included; in the first, it just ends."""
    made = sum(point.kind == "step" for point in subject.points[:at])
    return made + (subject.points[at].kind == "step") if made else 0


ROWS = [
    Row(
        10,
        "SIGINT and SIGTERM in start-up, training, evaluation, saving; a second one while saving",
        "exit 130 or 143 within a step and a save; gone on with, the run is the same",
        signals,
    )
]
