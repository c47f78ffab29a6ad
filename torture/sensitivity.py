"""Row 3: rows 1, 4 and 10 can fail."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

from torture import failures, kills, signals
from torture.kills import Change, Subject, some_points
from torture.mutants import SEEN_BY_FAILURES, SEEN_BY_KILLS, SEEN_BY_SIGNALS, mutate
from torture.row import Outcome, Row, Size, failures_of

Hit = Callable[[int, Path, Change], str | None]
"""What is wrong after a hit at a point or a call, by its number, in a folder, of bpcli with a change."""


def sensitivity(size: Size, folder: Path) -> Outcome:
    """Each way of doing it wrong is seen by the test of the row that is to see it."""
    subject = Subject.prepare("momentum", folder / "momentum")
    points = some_points(subject, size.of(200, at_least=60))
    few = some_points(subject, size.of(100, at_least=20))
    calls = random.Random(0).sample(range(len(failures.calls_of(subject))), len(few))

    def killed(at: int, place: Path, change: Change) -> str | None:
        return kills.hit(subject, [at], place, change).problem

    def failed(at: int, place: Path, change: Change) -> str | None:
        return failures.hit(subject, at, failures.ERRORS[at % len(failures.ERRORS)], place, change)

    def signalled(at: int, place: Path, change: Change) -> str | None:
        return signals.hit(subject, at, signal.SIGTERM, False, place, change)

    tests: list[tuple[dict[str, Change], Hit, list[int]]] = [
        (SEEN_BY_KILLS, killed, points),
        (SEEN_BY_FAILURES, failed, calls),
        (SEEN_BY_SIGNALS, signalled, few),
    ]
    seen = {name: _seen(size, folder, name, hit, places) for names, hit, places in tests for name in names}
    problems = [f"no hit shows the mutant {name!r}" for name, count in seen.items() if not count]
    in_save = sum(subject.points[at].in_save for at in points)
    if in_save < len(points) / 5:
        problems.append(f"of {len(points)} kills {in_save} land in a save")
    figures = ", ".join(f"{name}: {count}" for name, count in seen.items())
    return Outcome(
        len(seen), f"of {len(points)} kills, {in_save} in a save, and {len(few)} others: {figures}", problems
    )


def _seen(size: Size, folder: Path, name: str, hit: Hit, places: list[int]) -> int:
    """How many of the hits show the mutant of that name."""
    change = partial(mutate, name)
    return len(failures_of(size.each(lambda at: hit(at, folder / name / str(at), change), places)))


ROWS = [
    Row(
        3,
        "the tests of rows 1, 4 and 10 can fail",
        "every mutant is caught; a fifth of the kills land inside a save",
        sensitivity,
    )
]
