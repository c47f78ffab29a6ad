"""Row 11: of two runs into one folder exactly one wins, and a lock that a dead process has left is no lock."""

from __future__ import annotations

import random
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from torture.children import Ending, bpcli
from torture.kills import TRAIN, Subject
from torture.points import Kill
from torture.row import Outcome, Row, Size, failures_of
from torture.runs import difference

NEW = ("train", "config.yaml", "-o", "run", "--progress", "none")


def locks(size: Size, folder: Path) -> Outcome:
    """Half of the folders have the lock of a killed process in them."""
    subject = Subject.prepare("everything", folder / "straight")
    draw = random.Random(0)
    cases = [(i, draw.choice([0.0, draw.uniform(0, 0.06)]), i % 2 == 1) for i in range(size.of(200))]
    answers = [_race(subject, folder / f"race {i}", delay, is_stale=is_stale) for i, delay, is_stale in cases]
    together = sum("in use by" in said for said, _ in answers)
    figures = f"{together} of them while the other was running, else after it"
    return Outcome(len(cases), figures, failures_of([problem for _, problem in answers]))


def _race(subject: Subject, folder: Path, delay: float, *, is_stale: bool) -> tuple[str, str | None]:
    """What the loser said, and what is wrong."""
    subject.fresh(folder)
    if is_stale:  # killed before its first checkpoint
        first = next(at for at, point in enumerate(subject.points) if point.in_save)
        bpcli(folder, TRAIN, trap=Kill(first))
    with ThreadPoolExecutor(2) as pool:
        racers = [pool.submit(_start, folder, label, wait) for label, wait in (("a", 0.0), ("b", delay))]
        endings = [racer.result() for racer in racers]
    losers = [ending for ending in endings if ending.code]
    if len(losers) != 1:
        return "", f"{folder.name}: exits {[ending.code for ending in endings]}, {endings[0].err}{endings[1].err}"
    said, winner = losers[0].err, next(ending for ending in endings if not ending.code)
    is_plain = re.search(rf"in use by process {winner.pid}:|already holds a checkpoint", said)
    if losers[0].code != 2 or not is_plain:
        return said, f"{folder.name}: exit {losers[0].code}, {said}"
    found = difference(folder / "run", subject.run)
    return said, f"{folder.name}: {found}" if found else None


def _start(folder: Path, label: str, delay: float) -> Ending:
    time.sleep(delay)
    return bpcli(folder, NEW, label=label)


ROWS = [
    Row(
        11,
        "two runs into one folder at random offsets; a lock left by a dead process",
        "exactly one wins, the other says which process holds it; the stale lock is taken over",
        locks,
    )
]
