"""Rows 1 and 2: killed anywhere and resumed, a run is the run that was never killed."""

from __future__ import annotations

import random
import re
import shutil
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bpcli.errors import CheckpointError
from bpcli.runs.checkpoint import load_checkpoint
from bpcli.runs.folder import find_checkpoint
from torture.children import bpcli
from torture.points import Kill, Point, Record, read_record
from torture.row import Outcome, Row, Size, failures_of
from torture.runs import difference
from torture.subjects import SUBJECTS


def train_into(run: str) -> tuple[str, ...]:
    """The arguments of a training in that run folder, which goes on where there is a checkpoint."""
    return ("train", "config.yaml", "-o", run, "--resume", "auto", "--progress", "none")


TRAIN = train_into("run")

Change = Callable[[], None]
"""What a process does to itself before it runs bpcli."""


@dataclass(frozen=True)
class Subject:
    """A config, the folder with the run that was not interrupted, and the points of that run."""

    name: str
    folder: Path
    points: list[Point]

    @classmethod
    def prepare(cls, name: str, folder: Path, *, times: int = 1) -> Subject:
        """Train it without interruption, `times` its epochs, and count its points. The folder has to be new."""
        folder.mkdir(parents=True)
        config = re.sub(r"epochs: (\d+)", lambda match: f"epochs: {times * int(match[1])}", SUBJECTS[name])
        (folder / "config.yaml").write_text(config)
        ending = bpcli(folder, TRAIN, trap=Record(folder / "points"))
        assert ending.code == 0, ending.err
        return cls(name, folder, read_record(folder / "points"))

    @property
    def run(self) -> Path:
        return self.folder / "run"

    @property
    def steps(self) -> int:
        """Updates made."""
        return sum(point.kind == "step" for point in self.points)

    def fresh(self, folder: Path) -> Path:
        """A new folder that holds the config alone."""
        folder.mkdir(parents=True)
        shutil.copy(self.folder / "config.yaml", folder)
        return folder


def prepare_all(folder: Path, *, times: int = 1) -> list[Subject]:
    return [Subject.prepare(name, folder / name, times=times) for name in SUBJECTS]


@dataclass(frozen=True)
class Chain:
    """What came of a run that was killed, gone on with, killed again, ..."""

    steps: list[int]
    """of the checkpoint that each kill left; 0: of none"""
    problem: str | None
    """what is wrong, in words"""

    @property
    def kept(self) -> int:
        """How many of the kills met a checkpoint."""
        return sum(step > 0 for step in self.steps)


def kills(size: Size, folder: Path) -> Outcome:
    """Row 1: at every point there is, as far as the size goes; beyond that twice, at any two."""
    subjects = prepare_all(folder)
    each, draw = size.of(1000) // len(subjects), random.Random(2)
    chosen: list[tuple[Subject, list[int]]] = []
    for subject in subjects:
        once = some_points(subject, each)
        chosen += [(subject, [at]) for at in once]
        chosen += [(subject, draw.choices(range(len(subject.points)), k=2)) for _ in range(each - len(once))]
    numbered = list(enumerate(chosen))
    done = size.each(lambda case: hit(*case[1], folder / f"kill {case[0]}"), numbered)
    in_save = sum(subject.points[gaps[0]].in_save for subject, gaps in chosen)
    twice = sum(len(gaps) == 2 for _, gaps in chosen)
    figures = (
        f"{in_save} of them inside a save, {sum(chain.kept > 0 for chain in done)} when there was a checkpoint, "
        f"{twice} killed once more on the way from there"
    )
    return Outcome(len(chosen), figures, failures_of([chain.problem for chain in done]))


def chains(size: Size, folder: Path) -> Outcome:
    """Row 2: in runs five times as long, so that ten kills come before the end, and most of them meet a checkpoint."""
    subjects = prepare_all(folder, times=5)
    count = size.of(50, at_least=4)
    draw = random.Random(1)
    chosen = [(i, subjects[i % len(subjects)]) for i in range(count)]
    gaps = {i: [draw.randrange(len(subject.points) // 6) for _ in range(10)] for i, subject in chosen}
    done = size.each(lambda case: hit(case[1], gaps[case[0]], folder / f"chain {case[0]}"), chosen)
    killed, kept = sum(len(chain.steps) for chain in done), sum(chain.kept for chain in done)
    return Outcome(
        count, f"{killed} kills, {kept} of them met a checkpoint", failures_of([chain.problem for chain in done])
    )


def hit(subject: Subject, gaps: Sequence[int], folder: Path, change: Change | None = None) -> Chain:
    """Kill the subject after so many points, go on, kill it again, ... unless it ends before; at last go on to the end.

    No kill may take a checkpoint that was there before, or was saved since.
    """
    subject.fresh(folder)
    where = f"{subject.name}, killed after {', '.join(map(str, gaps))} points"
    steps: list[int] = []
    for gap in gaps:
        ending = bpcli(folder, TRAIN, trap=Kill(gap), change=change)
        if ending.code == 0:
            break
        if ending.code != -signal.SIGKILL:
            return Chain(steps, f"{where}: exit {ending.code}, {ending.err.strip()}")
        step, problem = checkpoint_in(folder / "run", at_least=max([ending.saved, *steps]))
        if problem:
            return Chain(steps, f"{where}: {problem}")
        steps.append(step)
    problem = go_on(subject, folder, at_least=max(steps, default=0), change=change)
    if problem:
        return Chain(steps, f"{where}: {problem}")
    shutil.rmtree(folder)
    return Chain(steps, None)


def checkpoint_in(run: Path, *, at_least: int) -> tuple[int, str | None]:
    """The step of the checkpoint that the run would go on from, 0 if from none, and what is wrong with it."""
    try:
        found = find_checkpoint("auto", run, "run")
        step = load_checkpoint(found).counters.step if found else 0
    except CheckpointError as error:
        return 0, str(error)
    return step, None if step >= at_least else f"a checkpoint of step {step}, where one of step {at_least} was saved"


def go_on(
    subject: Subject, folder: Path, *, at_least: int, change: Change | None = None, run: str = "run"
) -> str | None:
    """Go on with what is there, a checkpoint of step `at_least` or later, to the end: what is wrong, in words.

    A run that starts anew comes to the same bits as well, but it trains more steps than those that were left.
    """
    step, problem = checkpoint_in(folder / run, at_least=at_least)
    if problem:
        return problem
    ending = bpcli(folder, train_into(run), change=change)
    if ending.code:
        return f"resumed, exit {ending.code}, {ending.err.strip()}"
    if ending.steps != subject.steps - step:
        return f"resumed at step {step} of {subject.steps}, it trains {ending.steps} more"
    return difference(folder / run, subject.run) or None


def some_points(subject: Subject, count: int) -> list[int]:
    """Seeded, all different, as far as there are so many."""
    every = range(len(subject.points))
    return sorted(random.Random(0).sample(every, min(count, len(every))))


ROWS = [
    Row(1, "SIGKILL anywhere, then resume", "nothing saved is lost; all bit for bit as never killed", kills),
    Row(2, "chains of kills in one run", "the same", chains),
]
