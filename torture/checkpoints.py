"""Row 8: a damaged or hostile checkpoint is refused in a sentence, or was harmless; never is it believed."""

from __future__ import annotations

import json
import os
import pickle
import random
import resource
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NoReturn
from unittest import mock

import numpy as np

from bpcli.errors import CheckpointError
from bpcli.runs import npz
from bpcli.runs.checkpoint import Saved, load_checkpoint
from torture.children import bpcli
from torture.forgeries import FORGERIES, MIB, SPECIAL_FILES, Forger, Source, huge_member
from torture.row import Outcome, Row, Size
from torture.subjects import SUBJECTS

CONFIG = SUBJECTS["momentum"] + "average: {decay: 0.9}\n"
SECONDS = 20
"""What a case may take before it counts as hanging."""
LARGE = 128 * MIB
SENTENCE = 600
"""Characters that a message may have, the path included."""


def checkpoints(size: Size, folder: Path) -> Outcome:
    """All cases in one process of its own, so that its memory can be limited, and a crash be seen."""
    one, other = (_trained(folder, seed) for seed in (1, 2))
    report = folder / "report.json"
    child = os.fork()
    if not child:
        _quit_after(lambda: _try_all(size, one, other, folder, report))
    status = os.waitpid(child, 0)[1]
    if status:
        return Outcome(0, "", [f"the process ended with {os.waitstatus_to_exitcode(status)} in {report.read_text()!r}"])
    return Outcome(**json.loads(report.read_text()))


def _trained(folder: Path, seed: int) -> Source:
    """A checkpoint within an epoch's worth of a run that began with another's weights."""
    place = folder / f"seed {seed}"
    place.mkdir(parents=True)
    (place / "config.yaml").write_text(CONFIG)
    common = ("--seed", seed, "--progress", "none")
    for arguments in (("-o", "first"), ("-o", "run", "--from", "first", "--optimizer-state", "keep")):
        ending = bpcli(place, ("train", "config.yaml", *arguments, *common))
        assert ending.code == 0, ending.err
    return Source(place / "run" / "last.npz")


def _quit_after(work: Callable[[], None]) -> NoReturn:
    """End a forked process, without what its parent would do at its end."""
    try:
        work()
        os._exit(0)
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(1)


@dataclass
class Tried:
    """The cases so far."""

    wanted: tuple[Any, ...]
    """the state that an accepted file must have"""
    path: Path
    report: Path
    """names the case, should the process end in it"""
    expected: int
    """bytes of that state"""
    cases: int = 0
    accepted: int = 0
    peak: int = 0
    """bytes that a case has taken at most"""
    failures: list[str] = field(default_factory=list)

    def content(self, name: str, content: bytes) -> None:
        """A file of these bytes, in place of the last."""
        _overwrite(self.path, content)
        self.file(name)

    def file(self, name: str) -> None:
        """The one at `path`, whatever it is."""
        self.cases += 1
        _overwrite(self.report, name.encode())
        with _limited(self.expected) as peak:
            found = self._found()
        self.peak = max(self.peak, peak())
        if found:
            self.failures.append(f"{name}: {found}"[:500])

    def _found(self) -> str:
        """What is wrong, in words."""
        try:
            saved = load_checkpoint(self.path)
        except CheckpointError as error:
            return _wrong_with(str(error))
        except (Exception, _StoppedError) as error:
            return f"{type(error).__name__}: {error}"
        self.accepted += 1
        return _difference(state(saved), self.wanted)


def _overwrite(path: Path, content: bytes) -> None:
    """In place, because to cut a file to nothing first makes some file systems write it to the disk at once."""
    with open(path, "r+b" if path.exists() else "wb") as file:
        file.write(content)
        file.truncate()


def _try_all(size: Size, one: Source, other: Source, folder: Path, report: Path) -> None:
    tried = Tried(state(load_checkpoint(one.path)), folder / "case.npz", report, one.nbytes)
    parts: dict[str, Callable[[], None]] = {
        "flipped bits": lambda: _flips(size, one.content, tried),
        "truncations": lambda: _truncations(size, one.content, tried),
        "forgeries": lambda: _forge(size, Forger(random.Random(8), one, other), tried),
        "special files": lambda: _specials(one, tried),
    }
    figures = []
    with _guarded(), _at_home(folder):
        for name, part in parts.items():
            cases, accepted = tried.cases, tried.accepted
            part()
            figures.append(f"{tried.cases - cases:,} {name} ({tried.accepted - accepted:,} harmless)")
        figures.append(f"none took more than {tried.peak / MIB:.1f} MiB")
        figures.append(f"{LARGE // MIB} MiB of honest state took {_large(one, tried) / MIB:.0f}")
        tried.failures += [f"code in a file has written {path}" for path in folder.glob("**/EVIL")]
    text = f"of {len(one.content):,} bytes, {one.nbytes:,} of them the state: " + ", ".join(figures)
    report.write_text(json.dumps({"cases": tried.cases, "figures": text, "failures": tried.failures}))


def _flips(size: Size, content: bytes, tried: Tried) -> None:
    """Of every bit, one at a time."""
    for bit in _some(len(content) * 8, size):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        tried.content(f"bit {bit % 8} of byte {bit // 8} flipped", bytes(damaged))


def _truncations(size: Size, content: bytes, tried: Tried) -> None:
    for length in _some(len(content), size):
        tried.content(f"cut to {length} bytes", content[:length])


def _some(count: int, size: Size) -> list[int]:
    return sorted(random.Random(0).sample(range(count), size.of(count)))


def _forge(size: Size, forger: Forger, tried: Tried) -> None:
    """Each kind in turn."""
    for i in range(size.of(10_000)):
        forgery = FORGERIES[i % len(FORGERIES)]
        tried.content(f"{forgery.__name__} {i}", forgery(forger))


def _specials(one: Source, tried: Tried) -> None:
    """What is no file, or one that is larger than memory."""
    makers: dict[str, Callable[[Path], None]] = {make.__name__: make for make in SPECIAL_FILES}
    makers |= {f"huge {name}": partial(huge_member, one, name) for name in one.members()}
    for name, make in makers.items():
        _remove(tried.path)
        make(tried.path)
        tried.file(name)
    _remove(tried.path)


def _remove(path: Path) -> None:
    if path.is_dir():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


def _large(one: Source, tried: Tried) -> int:
    """An honest file of a large state is read; the bytes it took."""
    array = np.ones(LARGE // 4, np.float32)
    with open(tried.path, "wb") as file:
        npz.pack(one.header, {**one.arrays, "layers.0.W": array}).write(file)
    tried.cases += 1
    with _limited(LARGE) as peak:
        try:
            found = load_checkpoint(tried.path).arrays["layers.0.W"]
        except CheckpointError as error:
            tried.failures.append(f"a large state: {error}")
            return 0
    if not np.array_equal(found, array):
        tried.failures.append("a large state: is another")
    return peak()


@contextmanager
def _limited(expected: int) -> Iterator[Callable[[], int]]:
    """Within, there is memory for twice the expected state and 64 MiB, and no more; how much was taken."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew
    before = _memory()
    taken = 0
    resource.setrlimit(resource.RLIMIT_AS, (before["VmSize"] + 2 * expected + 64 * MIB, hard))
    signal.alarm(SECONDS)
    try:
        yield lambda: taken
    finally:
        signal.alarm(0)
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        taken = _memory()["VmHWM"] - before["VmRSS"]


def _memory() -> dict[str, int]:
    """Bytes, as /proc counts them: the address space, and what is resident of it, now and at its highest."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines if line.startswith("Vm")}


class _StoppedError(BaseException):
    """Not to be caught by what is tested."""


@contextmanager
def _guarded() -> Iterator[None]:
    """Within, what hangs is stopped, to read a pickle is an error, and so is a warning."""
    signal.signal(signal.SIGALRM, _stopper(f"takes more than {SECONDS} s"))
    refuse = _stopper("a pickle is read")
    readers = dict.fromkeys(("load", "loads", "Unpickler", "_Unpickler", "_load", "_loads"), refuse)
    with mock.patch.multiple(pickle, **readers), warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def _stopper(why: str) -> Callable[..., NoReturn]:
    def stop(*_: object, **__: object) -> NoReturn:
        raise _StoppedError(why)

    return stop


@contextmanager
def _at_home(folder: Path) -> Iterator[None]:
    """In a folder where it is seen what code in a file has done."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def state(saved: Saved) -> tuple[Any, ...]:
    """All that a checkpoint holds, to be compared: numbers by how they print, so that 1 is not True, and nan is nan."""
    scaler = {"scaler.shift": saved.scaler.shift, "scaler.factor": saved.scaler.factor}
    arrays = {name: (a.dtype.str, a.shape, a.tobytes()) for name, a in {**saved.arrays, **scaler}.items()}
    rest = (saved.config, saved.counters, saved.info, saved.fingerprint, saved.data_sha256, saved.origin)
    return (*map(repr, rest), arrays)


def _difference(found: tuple[Any, ...], wanted: tuple[Any, ...]) -> str:
    names = ("config", "counters", "info", "fingerprint", "data_sha256", "origin", "arrays")
    wrong = [name for name, a, b in zip(names, found, wanted, strict=True) if a != b]
    return f"accepted, with other {', '.join(wrong)}" if wrong else ""


def _wrong_with(message: str) -> str:
    """What of a message is not as it should be."""
    if "MemoryError" in message:
        return f"out of memory: {message}"
    if not message.strip() or not message.isprintable():
        return f"no sentence: {message!r}"
    return f"a message of {len(message):,} characters: {message[:200]}..." if len(message) > SENTENCE else ""


ROWS = [
    Row(
        8,
        "damaged and hostile checkpoints",
        "accepted only if the state decoded is identical; memory at most twice the expected state + 64 MiB; "
        "pickle is never touched",
        checkpoints,
    )
]
