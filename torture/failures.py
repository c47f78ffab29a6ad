"""Row 4: a call of the operating system fails, whichever, and nothing is lost but what was about to be written."""

from __future__ import annotations

import errno
import os
import random
from pathlib import Path

from bpcli.errors import CheckpointError
from bpcli.runs.checkpoint import load_checkpoint
from torture.children import Ending, bpcli
from torture.kills import TRAIN, Change, Subject, go_on
from torture.points import CALLS, Fail, Point
from torture.row import Outcome, Row, Size, failures_of

ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES)


def failures(size: Size, folder: Path) -> Outcome:
    """Every call, with every error; a write fails before anything is written, and when half of it is."""
    subject = Subject.prepare("momentum", folder / "straight")
    calls = calls_of(subject)
    cases = [(at, number) for at in range(len(calls)) for number in ERRORS]
    chosen = random.Random(0).sample(cases, size.of(len(cases)))
    answers = size.each(lambda case: hit(subject, *case, folder / f"{case[0]} {case[1]}"), chosen)
    harmless = sum(_is_harmless(subject.points, point) for point in calls)
    return Outcome(len(chosen), f"of {len(calls)} calls, {harmless} of them harmless", failures_of(answers))


def calls_of(subject: Subject) -> list[int]:
    """Which of its points are calls."""
    return [number for number, point in enumerate(subject.points) if point.kind in CALLS]


def hit(subject: Subject, at: int, number: int, folder: Path, change: Change | None = None) -> str | None:
    """Let call number `at` fail: what is wrong with what is said, or with what is left."""
    subject.fresh(folder)
    ending = bpcli(folder, TRAIN, trap=Fail(at, number), change=change)
    point = calls_of(subject)[at]
    problem = (
        _misreported(ending, is_harmless=_is_harmless(subject.points, point))
        or _unreadable(folder / "run")
        or go_on(subject, folder, at_least=ending.saved)
    )
    return f"call {at}, {subject.points[point].kind}, fails with {os.strerror(number)}: {problem}" if problem else None


def _is_harmless(points: list[Point], at: int) -> bool:
    """Whether it is right to go on as if nothing had failed: where a link is made, and after a folder's flush.

    A file system without links has the content written a second time. Once the folder is flushed no temporary file is
    left under its name, and it is removed only in case something had failed before; that of the next file is another.
    """
    kind = points[at].kind
    before = next((point.kind for point in reversed(points[:at]) if point.kind != "unlink"), None)
    renamed = any(point.kind == "replace" and point.source == points[at].path for point in points[:at])
    return kind == "link" or (kind == "unlink" and before == "folder" and renamed)


def _misreported(ending: Ending, *, is_harmless: bool) -> str | None:
    """A call whose failure does no harm goes unsaid; any other is said in one line, and ends the run."""
    if is_harmless:
        return f"exit {ending.code}, {ending.err!r}" if ending.code or ending.err else None
    lines = ending.err.splitlines()
    said = len(lines) == 1 and lines[0].startswith("error: ") and not ending.has_traceback
    return None if said and ending.code else f"exit {ending.code}, {ending.err!r}"


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
