"""Row 5: the power goes, and the disk has of what was not flushed what it likes, in the order it likes."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bpcli.errors import BpcliError
from bpcli.runs.checkpoint import load_checkpoint
from bpcli.runs.log import Log
from torture.children import bpcli
from torture.kills import Subject, checkpoint_in, go_on, train_into
from torture.points import CALLS, Point, Record, read_record
from torture.row import Outcome, Row, Size, failures_of

AT_RANDOM = 8
"""Disks a prefix of the calls is tried with besides the three extremes."""
RESUMED = 400
"""Disks from which a process goes on."""
RUN = "new/run"
"""The run folder: neither it nor the one above it is there before."""


@dataclass
class _Inode:
    """A file without a name."""

    flushed: bytes = b""
    pending: list[Point] = field(default_factory=list)
    """changes that may be lost, in order"""
    is_folder: bool = False

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
    """Folders as POSIX promises them: a name or its content is there for certain once that was flushed, and not before.

    Files and folders are known by numbers, so that a copy of the disk has files of its own.
    """

    files: list[_Inode] = field(default_factory=lambda: [_Inode(is_folder=True)])
    names: dict[str, int] = field(default_factory=lambda: {".": 0})
    """whole paths, as the running process sees them"""
    flushed: dict[str, int] = field(default_factory=lambda: {".": 0})
    pending: list[tuple[str, str, int | None]] = field(default_factory=list)
    """changes of names that may be lost: (name, name that goes away, file)"""

    def do(self, call: Point) -> None:
        name = call.path
        if call.kind == "open":
            self._open(name, call.data.decode())
        elif call.kind == "mkdir":
            self._make_folder(name)
        elif call.kind in ("write", "truncate"):
            self.files[self.names[name]].pending.append(call)
        elif call.kind == "fsync":
            inode = self.files[self.names[name]]
            inode.flushed, inode.pending = inode.content([1.0] * len(inode.pending)), []
        elif call.kind in ("replace", "link"):
            self._name(name, call.source if call.kind == "replace" else "", self.names[call.source])
        elif call.kind == "unlink" and name in self.names:
            self._name("", name, None)
        elif call.kind == "folder":
            self._flush(name)

    def _open(self, name: str, mode: str) -> None:
        if name not in self.names:
            self.files.append(_Inode())
            self._name(name, "", len(self.files) - 1)
        elif "w" in mode:
            self.files[self.names[name]].pending.append(Point("truncate", name, data=b"0"))

    def _make_folder(self, name: str) -> None:
        if name not in self.names and _parent(name) in self.names:  # else the call fails
            self.files.append(_Inode(is_folder=True))
            self._name(name, "", len(self.files) - 1)

    def _flush(self, folder: str) -> None:
        """The names in the folder, not its own."""
        for change in self.pending:
            if _parent(change[0] or change[1]) == folder:
                _rename(self.flushed, *change)
        self.pending = [change for change in self.pending if _parent(change[0] or change[1]) != folder]

    def _name(self, name: str, gone: str, file: int | None) -> None:
        self.pending.append((name, gone, file))
        _rename(self.names, name, gone, file)

    def after_a_crash(self, draw: random.Random | None, *, names: bool = True, data: bool = True) -> Found:
        """With all pending `names` and `data` or none, or with some, as `draw` says; in a folder that is lost, none."""
        there = dict(self.flushed)
        for change in self.pending:
            if draw.random() < 0.5 if draw else names:
                _rename(there, *change)
        contents = {}
        for name, file in there.items():
            inode = self.files[file]
            if not inode.is_folder and all(str(folder) in there for folder in Path(name).parents):
                kept = [draw.choice([0.0, 0.5, 1.0]) if draw else float(data) for _ in inode.pending]
                contents[name] = inode.content(kept)
        return contents


Found = dict[str, bytes]
"""The files on a disk by path."""


def _parent(path: str) -> str:
    return str(Path(path).parent)


def _rename(names: dict[str, int], name: str, gone: str, file: int | None) -> None:
    names.pop(gone, None)
    if file is not None:
        names[name] = file


def crashes(size: Size, folder: Path) -> Outcome:
    subject = Subject.prepare("momentum", folder / "straight")
    disks = list(_disks(_calls(subject, folder / "recorded")))
    problems = []
    for number, (saved, files) in enumerate(disks):
        problem = _problem(files, saved, folder / "looked at")
        problems.append(problem and f"disk {number}: {problem}")
    resumed = random.Random(0).sample(range(len(disks)), min(size.of(RESUMED), len(disks)))
    problems += size.each(lambda number: _resume(subject, *disks[number], folder / str(number)), resumed)
    return Outcome(len(disks), f"{len(resumed)} of them gone on from, bit for bit", failures_of(problems))


def _calls(subject: Subject, folder: Path) -> list[Point]:
    """What a run in new folders asks the system for, and when it takes a checkpoint for saved."""
    ending = bpcli(subject.fresh(folder), train_into(RUN), trap=Record(folder / "points"))
    assert ending.code == 0, ending.err
    return [point for point in read_record(folder / "points") if point.kind in CALLS or point.kind == "saved"]


def _disks(calls: list[Point]) -> Iterator[tuple[int, Found]]:
    """Each disk that may be found after a crash, and the step of the last checkpoint that was saved before; 0: none."""
    disk, saved, draw = _Disk(), 0, random.Random(0)
    for call in calls:
        disk.do(call)
        saved = call.step if call.kind == "saved" else saved
        for names in (True, False):
            for data in (True, False):
                yield saved, disk.after_a_crash(None, names=names, data=data)
        for _ in range(AT_RANDOM):
            yield saved, disk.after_a_crash(draw)


def _write(files: Found, folder: Path) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _problem(files: Found, saved: int, folder: Path) -> str | None:
    """What is wrong with what a crash has left: a checkpoint that does not load, an old one, or one without its log."""
    shutil.rmtree(folder, ignore_errors=True)
    _write(files, folder)
    _, problem = checkpoint_in(folder / RUN, at_least=saved)
    if problem:
        return problem
    try:
        for path in (folder / RUN).glob("*.npz"):
            Log(folder / RUN / "log.csv", ()).require(load_checkpoint(path).counters.log)
    except BpcliError as error:
        return str(error)
    return None


def _resume(subject: Subject, saved: int, files: Found, folder: Path) -> str | None:
    subject.fresh(folder)
    _write(files, folder)
    problem = go_on(subject, folder, at_least=saved, run=RUN)
    return f"{folder.name}: {problem}" if problem else None


ROWS = [
    Row(
        5,
        "the power goes: unflushed writes lost, halved or reordered, after every call",
        "the last checkpoint that was saved loads, or a newer one, and its log is there",
        crashes,
    )
]
