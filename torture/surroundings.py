"""Row 6: what is around a run fails: its file system, its paths, its streams, its terminal."""

from __future__ import annotations

import fcntl
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bpcli.errors import CheckpointError
from bpcli.runs.checkpoint import load_checkpoint
from torture.children import Ending, bpcli
from torture.kills import TRAIN, Subject
from torture.points import Kill, Point, Trap, watch
from torture.processes import COMMAND, on_terminal, process
from torture.row import Outcome, Row, Size, failures_of
from torture.runs import difference

NOBODY = 65534
AT = 7
"""The step before which it happens, where it happens under a run: there are checkpoints, and more are to come."""
TALKING = TRAIN[:-2]
"""With a display."""


@dataclass(frozen=True)
class Case:
    name: str
    code: int
    """exit code"""
    said: str
    """of the message; empty where there is none, or nobody can see it"""
    start: Callable[[Path], Ending]
    """in a folder with the config"""
    is_begun: bool = False
    """whether there is a run with a checkpoint before"""


def surroundings(size: Size, folder: Path) -> Outcome:
    """Each case once."""
    subject = Subject.prepare("momentum", folder / "straight")
    with _small_file_system(subject.fresh(folder / "full") / "run") as is_mounted:
        answers = [_hit(subject, _full(is_mounted), folder / "full")]
    answers += size.each(lambda case: _hit(subject, case, subject.fresh(folder / case.name)), CASES)
    figures = "a full tmpfs" if is_mounted else "no mounting here: RLIMIT_FSIZE for a full file system"
    return Outcome(len(answers), figures, failures_of(answers))


def _hit(subject: Subject, case: Case, folder: Path) -> str | None:
    if case.is_begun:
        bpcli(folder, TRAIN, trap=Kill(len(subject.points) // 2))
    ending = case.start(folder)
    problem = _wrongly_ended(case, ending) or _not_gone_on_with(subject, folder, is_begun=case.is_begun)
    return f"{case.name}: {problem}" if problem else None


def _wrongly_ended(case: Case, ending: Ending) -> str | None:
    """One line that is what it has to be, or none, or how bpcli is used; and the exit code."""
    is_right = ending.code == case.code and case.said in ending.err and not ending.has_traceback
    is_plain = len(ending.err.splitlines()) == bool(case.said) or ending.err.startswith("Usage: ")
    return None if is_right and is_plain else f"exit {ending.code}, not {case.code}, {ending.err!r}"


def _not_gone_on_with(subject: Subject, folder: Path, *, is_begun: bool) -> str | None:
    """The run, as far as it came, in a folder where nothing is wrong."""
    run, healthy = folder / "run", subject.fresh(folder / "healthy")
    if run.is_dir():
        if not is_begun and (left := [path.name for path in run.glob(".*.tmp")]):  # of this process
            return f"{', '.join(left)} left behind"
        (healthy / "run").mkdir()
        for path in run.iterdir():
            if path.name != BALLAST:
                shutil.copyfile(path, healthy / "run" / path.name)
    for path in healthy.glob("run/*.npz"):
        try:
            load_checkpoint(path)
        except CheckpointError as error:
            return str(error)
    ending = bpcli(healthy, TRAIN)
    return f"resumed, {ending.err}" if ending.code else difference(healthy / "run", subject.run) or None


# A file system that fills up, and a folder that goes, under a run.

BALLAST = "ballast"


@dataclass
class Before:
    """Does something before the step with this number, from 1."""

    step: int
    act: Callable[[], None]

    def __call__(self, point: Point) -> None:
        self.step -= point.kind == "step"
        if point.kind == "step" and self.step == 0:
            self.act()


@contextmanager
def _small_file_system(path: Path) -> Iterator[bool]:
    """A new one at `path`, if we may; whether we may."""
    path.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "bpcli", str(path)]
    try:
        is_mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        is_mounted = False
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", str(path)], check=True)


def _full(is_mounted: bool) -> Case:
    if is_mounted:
        return Case(
            "a full file system",
            1,
            "cannot write run/last.npz: No space left on device",
            partial(_train, trap=Before(AT, _fill)),
        )
    return Case(
        "a full file system", 1, "cannot write run/last.npz: File too large", partial(_train, trap=Before(AT, _limit))
    )


def _fill() -> None:
    """To the last byte."""
    with suppress(OSError), open(f"run/{BALLAST}", "wb", buffering=0) as file:
        while True:
            file.write(bytes(1024))


def _limit() -> None:
    """No file may grow beyond a kilobyte: the log may, no checkpoint."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))


def _delete() -> None:
    shutil.rmtree("run")


# Paths and permissions.


def _train(folder: Path, *, output: str = "run", trap: Trap | None = None, is_nobody: bool = False) -> Ending:
    arguments = [output if argument == "run" else argument for argument in TRAIN]
    return bpcli(folder, arguments, trap=trap, change=_give_up_root if is_nobody else None)


def _give_up_root() -> None:
    """Permissions do not bind root."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def _read_only(folder: Path) -> Ending:
    for path in [*(folder / "run").iterdir(), folder / "run"]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    ending = _train(folder, is_nobody=True)
    (folder / "run").chmod(0o755)
    return ending


def _is_a_file(folder: Path) -> Ending:
    (folder / "file").touch()
    return _train(folder, output="file")


def _is_in_a_file(folder: Path) -> Ending:
    (folder / "file").touch()
    return _train(folder, output="file/run")


def _loop(folder: Path) -> Ending:
    (folder / "loop").symlink_to("loop")
    return _train(folder, output="loop")


def _unreadable_config(folder: Path) -> Ending:
    (folder / "config.yaml").chmod(0)
    return _train(folder, is_nobody=True)


def _config_is_a_folder(folder: Path) -> Ending:
    (folder / "config.yaml").unlink()
    (folder / "config.yaml").mkdir()
    return _train(folder)


# Streams and terminals.


def _with_streams(streams: str, *arguments: str) -> Callable[[Path], Ending]:
    return lambda folder: process(folder, (*COMMAND, *TALKING, *arguments), streams)


def _on_a_terminal_that_goes(folder: Path, *, is_ignored: bool) -> Ending:
    program = f"from torture.surroundings import lose_terminal; lose_terminal({is_ignored})"
    ending = on_terminal(folder, (sys.executable, "-c", program), leave_at=GONE)
    return Ending(ending.code if GONE.decode() in ending.out else -100, "", "", ending.pid)


def lose_terminal(is_ignored: bool) -> None:
    """In a process of its own: `bpcli train`, which says in mid-run that its terminal should go."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    if is_ignored:  # nohup
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    from bpcli.__main__ import main

    watch(Before(AT, _wait_until_it_is_gone), Path.cwd())
    sys.argv[1:] = TALKING
    main()


GONE = b"the terminal goes"


def _wait_until_it_is_gone() -> None:
    os.write(1, GONE)
    terminal = select.poll()
    terminal.register(0, 0)
    terminal.poll()


HUNG_UP = 128 + signal.SIGHUP
CASES = (
    Case("a read-only folder", 2, "cannot use run as a run folder: Permission denied", _read_only, is_begun=True),
    Case("a path that is a file", 2, "cannot use file as a run folder: File exists", _is_a_file),
    Case("a path in a file", 2, "cannot use file/run as a run folder: Not a directory", _is_in_a_file),
    Case("a name too long", 2, "as a run folder: File name too long", partial(_train, output="x" * 300)),
    Case("a symlink loop", 2, "cannot use loop as a run folder", _loop),
    Case("a folder deleted", 1, "cannot write run/", partial(_train, trap=Before(AT, _delete))),
    Case("an unreadable config", 2, "'config.yaml' is not readable", _unreadable_config, is_begun=True),
    Case("a config that is a folder", 2, "config.yaml", _config_is_a_folder, is_begun=True),
    Case("standard output closed", 0, "", _with_streams(">&-")),
    Case("standard output full", 1, "No space left on device", _with_streams(">/dev/full")),
    Case("standard error closed", 1, "", _with_streams("2>&-", "--require", "train_accuracy>=2")),
    Case("a terminal that goes away", HUNG_UP, "", partial(_on_a_terminal_that_goes, is_ignored=False)),
    Case("the same under nohup", 1, "", partial(_on_a_terminal_that_goes, is_ignored=True)),
)
"""Besides the full file system."""

ROWS = [
    Row(
        6,
        "a full file system, a read-only folder, a path that is a file, a folder deleted under the run, "
        "a closed standard output, a terminal that goes away",
        "message and exit code, no traceback",
        surroundings,
    )
]
