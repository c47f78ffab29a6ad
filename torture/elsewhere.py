"""Row 15: gone on with elsewhere, a run says what is not as it was, and comes to the same within rounding."""

from __future__ import annotations

import csv
import math
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bpcli.runs.checkpoint import load_checkpoint
from torture.children import Ending, bpcli
from torture.kills import TRAIN, Subject
from torture.points import Kill
from torture.row import Outcome, Row, Size, failures_of

TOLERANCE = 1e-3
"""Relative difference of the final loss: rounding, grown over three epochs."""


@dataclass(frozen=True)
class _Place:
    """How a run is gone on with, and the part of the fingerprint that is another."""

    name: str
    resume: Callable[[Path], Ending]
    differs: str | None


def elsewhere(size: Size, folder: Path) -> Outcome:
    subject = Subject.prepare("momentum", folder / "straight")
    middle = [at for at, point in enumerate(subject.points) if point.kind == "step"][8]
    places = _places()
    problems = [_hit(subject, middle, place, folder / place.name) for place in places]
    return Outcome(len(places), "", failures_of(problems))


def _places() -> list[_Place]:
    return [
        _Place("the same", partial(bpcli, arguments=TRAIN), None),
        _Place("two threads", partial(bpcli, arguments=(*TRAIN, "threads=2")), "threads"),
        *(
            _Place(f"kernel {core}", partial(_with_kernel, core), "blas_kernel")
            for core in ("Haswell", "Nehalem", "Prescott")
        ),
        _Place("another NumPy", partial(bpcli, arguments=TRAIN, change=_other_numpy), "numpy"),
        _Place("another bpcli", partial(bpcli, arguments=TRAIN, change=_other_bpcli), "bpcli"),
        _Place("another machine", partial(bpcli, arguments=TRAIN, change=_other_machine), "machine"),
    ]


def _hit(subject: Subject, middle: int, place: _Place, folder: Path) -> str | None:
    subject.fresh(folder)
    bpcli(folder, TRAIN, trap=Kill(middle))
    then = load_checkpoint(folder / "run" / "last.npz").fingerprint
    ending = place.resume(folder)
    if ending.code:
        return f"{place.name}: exit {ending.code}, {ending.err}"
    now = load_checkpoint(folder / "run" / "last.npz").fingerprint
    key = place.differs if place.differs and then[place.differs] != now[place.differs] else None
    warning = f"the bits may differ from an uninterrupted run: {key} was {then[key]} and is {now[key]}" if key else ""
    said = " ".join(ending.err.split())
    if warning not in said or (not key and "bits may differ" in said):
        return f"{place.name}: said {said!r}, not {warning!r}"
    if not math.isclose(_final_loss(folder / "run"), _final_loss(subject.run), rel_tol=TOLERANCE):
        return f"{place.name}: the loss is {_final_loss(folder / 'run')}, not {_final_loss(subject.run)}"
    return None


def _final_loss(run: Path) -> float:
    with open(run / "log.csv", encoding="utf-8", newline="") as file:
        return float(list(csv.DictReader(file))[-1]["train_loss"])


def _with_kernel(core: str, folder: Path) -> Ending:
    """In a new process: OpenBLAS chooses its kernel when it is loaded."""
    done = subprocess.run(
        [sys.executable, "-m", "bpcli", *TRAIN],
        cwd=folder,
        env={**os.environ, "OPENBLAS_CORETYPE": core, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    return Ending(done.returncode, done.stdout, done.stderr, 0)


def _other_numpy() -> None:
    import numpy

    numpy.__version__ = "1.0.0"


def _other_bpcli() -> None:
    import bpcli

    bpcli.__version__ = "9.9.9"


def _other_machine() -> None:
    import platform

    platform.machine = lambda: "aarch64"


ROWS = [
    Row(
        15,
        "gone on with under another thread count, CPU kernel, NumPy, bpcli, machine",
        "a plain warning that says what differs; the loss within tolerance",
        elsewhere,
    )
]
