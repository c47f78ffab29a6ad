"""Rows 1 to 3: killed anywhere and resumed, a run is the run that was never killed; and the test can fail."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from torture.children import bpcli
from torture.mutants import MUTANTS, mutate
from torture.points import Kill, Point, Record, read_record
from torture.row import Outcome, Row, Size, failures_of
from torture.runs import difference
from torture.subjects import SUBJECTS

TRAIN = ("train", "config.yaml", "-o", "run", "--resume", "auto", "--progress", "none")


@dataclass(frozen=True)
class Subject:
    """A config, the folder with the run that was not interrupted, and the points of that run."""

    name: str
    folder: Path
    points: list[Point]

    @classmethod
    def prepare(cls, name: str, folder: Path) -> Subject:
        """Train it without interruption, and count its points. The folder has to be new."""
        folder.mkdir(parents=True)
        (folder / "config.yaml").write_text(SUBJECTS[name])
        ending = bpcli(folder, TRAIN, trap=Record(folder / "points"))
        assert ending.code == 0, ending.err
        return cls(name, folder, read_record(folder / "points"))

    @property
    def run(self) -> Path:
        return self.folder / "run"

    def fresh(self, folder: Path) -> Path:
        """A new folder that holds the config alone."""
        folder.mkdir(parents=True)
        shutil.copy(self.folder / "config.yaml", folder)
        return folder


def prepare_all(folder: Path) -> list[Subject]:
    return [Subject.prepare(name, folder / name) for name in SUBJECTS]


def kills(size: Size, folder: Path) -> Outcome:
    """Row 1."""
    subjects = prepare_all(folder)
    chosen = [(subject, at) for subject in subjects for at in _some_points(subject, size.of(1000) // len(subjects))]
    answers = size.each(lambda case: hit(case[0], [case[1]], folder / f"{case[0].name} {case[1]}"), chosen)
    in_save = sum(subject.points[at].in_save for subject, at in chosen)
    return Outcome(len(chosen), f"{in_save} of them inside a save", failures_of(answers))


def chains(size: Size, folder: Path) -> Outcome:
    """Row 2."""
    subjects = prepare_all(folder)
    count = size.of(50, at_least=4)
    draw = random.Random(1)
    chosen = [(i, subjects[i % len(subjects)]) for i in range(count)]
    gaps = {i: [draw.randrange(len(subject.points) // 5) for _ in range(10)] for i, subject in chosen}
    answers = size.each(lambda case: hit(case[1], gaps[case[0]], folder / f"chain {case[0]}"), chosen)
    return Outcome(count, "10 kills each", failures_of(answers))


def mutants(size: Size, folder: Path) -> Outcome:
    """Row 3: each way of doing it wrong is seen by the test of row 1."""
    subject = Subject.prepare("momentum", folder / "momentum")
    points = _some_points(subject, size.of(200, at_least=60))
    failures, figures = [], []
    for name in MUTANTS:
        hit_mutant = partial(_hit_mutant, subject, name, folder)
        caught = len(failures_of(size.each(hit_mutant, points)))
        figures.append(f"{name}: {caught}")
        if not caught:
            failures.append(f"{len(points)} kills do not show the mutant {name!r}")
    in_save = sum(subject.points[at].in_save for at in points)
    if in_save < len(points) / 5:
        failures.append(f"of {len(points)} kills {in_save} land in a save")
    return Outcome(
        len(MUTANTS), f"of {len(points)} kills, {in_save} in a save, seen by: " + ", ".join(figures), failures
    )


def hit(subject: Subject, gaps: list[int], folder: Path, mutant: str | None = None) -> str | None:
    """Kill the subject after so many points, resume it, kill it again, ...; at last what differs, in words."""
    subject.fresh(folder)
    change = None if mutant is None else partial(mutate, mutant)
    where = f"{subject.name}, killed after {', '.join(map(str, gaps))} points"
    for gap in gaps:
        ending = bpcli(folder, TRAIN, trap=Kill(gap), change=change)
        if ending.code not in (0, -9):
            return f"{where}: exit {ending.code}, {ending.err.strip()}"
    ending = bpcli(folder, TRAIN, change=change)
    if ending.code:
        return f"{where}: resumed, exit {ending.code}, {ending.err.strip()}"
    found = difference(folder / "run", subject.run)
    if found:
        return f"{where}: {found}"
    shutil.rmtree(folder)
    return None


def _hit_mutant(subject: Subject, mutant: str, folder: Path, at: int) -> str | None:
    return hit(subject, [at], folder / mutant / str(at), mutant)


def _some_points(subject: Subject, count: int) -> list[int]:
    """Seeded, all different, as far as there are so many."""
    every = range(len(subject.points))
    return sorted(random.Random(0).sample(every, min(count, len(every))))


ROWS = [
    Row(1, "SIGKILL anywhere, then resume", "weights, slots, log and best.npz bit for bit as never killed", kills),
    Row(2, "chains of kills in one run", "the same", chains),
    Row(3, "the test can fail", "every mutant is caught; a fifth of the kills land inside a save", mutants),
]
