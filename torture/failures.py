"""Row 4: a call of the operating system fails, whichever, and nothing is lost but what was about to be written."""

from __future__ import annotations

import errno
import os
import random
from pathlib import Path

from bpcli.errors import CheckpointError
from bpcli.training.checkpoint import load_checkpoint
from torture.children import Ending, bpcli
from torture.kills import TRAIN, Subject
from torture.points import CALLS, Fail
from torture.row import Outcome, Row, Size, failures_of
from torture.runs import difference

ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES)


def failures(size: Size, folder: Path) -> Outcome:
    """Every call, with every error; a write fails before anything is written, and when half of it is."""
    subject = Subject.prepare("momentum", folder / "straight")
    calls = [point for point in subject.points if point.kind in CALLS]
    cases = [(at, number) for at in range(len(calls)) for number in ERRORS]
    chosen = random.Random(0).sample(cases, size.of(len(cases)))
    answers = size.each(lambda case: _hit(subject, *case, folder / f"{case[0]} {case[1]}"), chosen)
    return Outcome(len(chosen), f"of {len(calls)} calls", failures_of(answers))


def _hit(subject: Subject, at: int, number: int, folder: Path) -> str | None:
    subject.fresh(folder)
    ending = bpcli(folder, TRAIN, trap=Fail(at, number))
    problem = _reported(ending) or _unreadable(folder / "run")
    if problem is None:
        ending = bpcli(folder, TRAIN)
        problem = ending.err if ending.code else difference(folder / "run", subject.run)
    return f"call {at} fails with {os.strerror(number)}: {problem}" if problem else None


def _reported(ending: Ending) -> str | None:
    """A call whose failure does no harm may go unsaid; any other is said in one line."""
    if ending.code == 0:
        return None
    lines = ending.err.splitlines()
    said = len(lines) == 1 and lines[0].startswith("error: ") and not ending.has_traceback
    return None if said else f"exit {ending.code}, {ending.err!r}"


def _unreadable(run: Path) -> str | None:
    """Of a checkpoint that is there, what is wrong with it."""
    for path in run.glob("*.npz"):
        try:
            load_checkpoint(path)
        except CheckpointError as error:
            return str(error)
    return None


ROWS = [
    Row(
        4,
        "the k-th call fails: open, write, half a write, fsync, rename, link, unlink, mkdir",
        "the checkpoint before it loads; one line; non-zero exit; nothing left that blocks the next run",
        failures,
    )
]
