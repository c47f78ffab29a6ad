"""Row 5: the power goes, and the disk has of what was not flushed what it likes, in the order it likes."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bpcli.errors import BpcliError
from bpcli.training.checkpoint import load_checkpoint
from bpcli.training.log import Log
from bpcli.training.run_folder import find_checkpoint
from torture.children import bpcli
from torture.kills import TRAIN, Subject
from torture.points import Point
from torture.row import Outcome, Row, Size, failures_of
from torture.runs import difference

AT_RANDOM = 8
"""Disks a prefix of the calls is tried with besides the three extremes."""
RESUMED = 400
"""Disks from which a process goes on."""


@dataclass
class _Inode:
    """A file without a name."""

    flushed: bytes = b""
    pending: list[Point] = field(default_factory=list)
    """changes that may be lost, in order"""

    def content(self, kept: list[float]) -> bytes:
        """What is there if of each pending change so much is kept: all at 1, nothing at 0."""
        content = self.flushed
        for change, share in zip(self.pending, kept, strict=True):
            if change.kind == "truncate" and share:
                content = content[: int(change.data)]
            elif change.kind == "write":
                content += change.data[: int(len(change.data) * share)]
        return content


@dataclass
class _Disk:
    """A folder as POSIX promises it: a name or its content is there for certain once that was flushed, and not before.

    Files are known by numbers, so that a copy of the disk has files of its own.
    """

    files: list[_Inode] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    """as the running process sees them"""
    flushed: dict[str, int] = field(default_factory=dict)
    pending: list[tuple[str, str, int | None]] = field(default_factory=list)
    """changes of names that may be lost: (name, name that goes away, file)"""

    def do(self, call: Point) -> None:
        name = Path(call.path).name
        if call.kind == "open":
            self._open(name, call.data.decode())
        elif call.kind in ("write", "truncate"):
            self.files[self.names[name]].pending.append(call)
        elif call.kind == "fsync":
            inode = self.files[self.names[name]]
            inode.flushed, inode.pending = inode.content([1.0] * len(inode.pending)), []
        elif call.kind in ("replace", "link"):
            source = Path(call.source).name
            self._name(name, source if call.kind == "replace" else "", self.names[source])
        elif call.kind == "unlink" and name in self.names:
            self._name("", name, None)
        elif call.kind == "folder":
            self.flushed, self.pending = dict(self.names), []

    def _open(self, name: str, mode: str) -> None:
        if name not in self.names:
            self.files.append(_Inode())
            self._name(name, "", len(self.files) - 1)
        elif "w" in mode:
            self.files[self.names[name]].pending.append(Point("truncate", name, data=b"0"))

    def _name(self, name: str, gone: str, file: int | None) -> None:
        self.pending.append((name, gone, file))
        _rename(self.names, name, gone, file)

    def after_a_crash(self, draw: random.Random | None, *, names: bool = True, data: bool = True) -> dict[str, bytes]:
        """The files by name: with all pending `names` and `data` or none, or with some, as `draw` says."""
        there = dict(self.flushed)
        for change in self.pending:
            if draw.random() < 0.5 if draw else names:
                _rename(there, *change)
        contents = {}
        for name, file in there.items():
            pending = self.files[file].pending
            kept = [draw.choice([0.0, 0.5, 1.0]) if draw else float(data) for _ in pending]
            contents[name] = self.files[file].content(kept)
        return contents


def _rename(names: dict[str, int], name: str, gone: str, file: int | None) -> None:
    names.pop(gone, None)
    if file is not None:
        names[name] = file


def crashes(size: Size, folder: Path) -> Outcome:
    subject = Subject.prepare("momentum", folder / "straight")
    disks = list(_disks([point for point in subject.points if point.path.startswith("run")]))
    problems = []
    for number, (safe, files) in enumerate(disks):
        problem = _problem(files, safe, folder / "looked at")
        problems.append(problem and f"disk {number}: {problem}")
    resumed = random.Random(0).sample(range(len(disks)), min(size.of(RESUMED), len(disks)))
    problems += size.each(lambda number: _resume(subject, disks[number][1], folder / str(number)), resumed)
    return Outcome(len(disks), f"{len(resumed)} of them gone on from, bit for bit", failures_of(problems))


def _disks(calls: list[Point]) -> Iterator[tuple[bool, dict[str, bytes]]]:
    """Each disk that may be found after a crash, and whether there must be a checkpoint on it."""
    disk, safe, draw = _Disk(), False, random.Random(0)
    for call in calls:
        disk.do(call)
        safe = safe or (call.kind == "folder" and "last.npz" in disk.names)
        for names in (True, False):
            for data in (True, False):
                yield safe, disk.after_a_crash(None, names=names, data=data)
        for _ in range(AT_RANDOM):
            yield safe, disk.after_a_crash(draw)


def _write(files: dict[str, bytes], run: Path) -> None:
    shutil.rmtree(run, ignore_errors=True)
    run.mkdir(parents=True)
    for name, content in files.items():
        (run / name).write_bytes(content)


def _problem(files: dict[str, bytes], safe: bool, run: Path) -> str | None:
    """What is wrong with what a crash has left: a checkpoint that does not load, none, or one without its log."""
    _write(files, run)
    try:
        found = find_checkpoint("auto", run, "run")
        if found is None:
            return "no checkpoint" if safe else None
        for path in run.glob("*.npz"):
            Log(run / "log.csv", ()).require(load_checkpoint(path).counters.log)
    except BpcliError as error:
        return str(error)
    return None


def _resume(subject: Subject, files: dict[str, bytes], folder: Path) -> str | None:
    subject.fresh(folder)
    _write(files, folder / "run")
    ending = bpcli(folder, TRAIN)
    problem = ending.err if ending.code else difference(folder / "run", subject.run)
    return f"{folder.name}: {problem}" if problem else None


ROWS = [
    Row(
        5,
        "the power goes: unflushed writes lost, halved or reordered, after every call",
        "the old or the new checkpoint loads, never neither, and its log is there",
        crashes,
    )
]
