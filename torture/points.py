"""Where a process can be hit: the moments between what it does that matters, counted as they come.

Counting, not timing, makes a hit repeatable: the k-th moment of a run is the same one every time.
"""

from __future__ import annotations

import builtins
import io
import os
import pickle
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol, get_args

Call = Literal["open", "write", "half", "fsync", "replace", "link", "unlink", "truncate", "mkdir", "folder"]
"""A call of the operating system about to be made; `half`: half of a write is done; `folder`: the flush of one."""
Kind = Literal["start", "step", "evaluation", "saved"] | Call
"""`start`: the data are about to be read, or are; `saved`: a checkpoint is; the others are about to be done."""
CALLS = frozenset(get_args(Call))


class Point(NamedTuple):
    kind: Kind
    path: str = ""
    """of the file, for a call; of a rename or a link, the new one"""
    source: str = ""
    """of a rename or a link, the old one"""
    data: bytes = b""
    """of a write; of an opening its mode, of a truncation the length"""
    in_save: bool = False
    """whether a checkpoint is being saved"""
    step: int = 0
    """of a checkpoint that is saved"""


class Trap(Protocol):
    def __call__(self, point: Point) -> None:
        """A point is reached; what this raises, the call raises that the point stands before."""
        ...


class Kill:
    """SIGKILL at point number `at`, from 0."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, point: Point) -> None:
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1


class Signal:
    """Signal `number` at point number `at`, from 0, and a second one, `again`, at the next point in a save."""

    def __init__(self, at: int, number: int, again: int | None, path: Path) -> None:
        self.left, self.number, self.again, self.path = at, number, again, path
        self.steps = 0
        """since the first signal"""

    def __call__(self, point: Point) -> None:
        self.left -= 1
        if self.left == -1:
            os.kill(os.getpid(), self.number)
        elif self.left < -1:
            self.steps += point.kind == "step"
            if point.in_save and self.again:
                number, self.again = self.again, None
                os.kill(os.getpid(), number)

    def finish(self) -> None:
        self.path.write_text(str(self.steps))


class Fail:
    """Call number `at`, from 0, fails with `number` of errno."""

    def __init__(self, at: int, number: int) -> None:
        self.left, self.number = at, number

    def __call__(self, point: Point) -> None:
        if point.kind not in CALLS:
            return
        if not self.left:
            self.left = -1
            raise OSError(self.number, os.strerror(self.number), point.path)
        self.left -= 1


class Record:
    """Remembers every point, for `read_record`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.points: list[Point] = []

    def __call__(self, point: Point) -> None:
        self.points.append(point)

    def finish(self) -> None:
        """At the end of the process."""
        self.path.write_bytes(pickle.dumps(self.points))


def read_record(path: Path) -> list[Point]:
    """What a `Record` of another process has seen."""
    points: list[Point] = pickle.loads(path.read_bytes())
    return points


def watch(trap: Trap, folder: Path) -> None:
    """From now on tell `trap` of every point of this process; of calls, those on files in `folder`."""
    _Watch(trap, folder.resolve()).begin()


class _Watch:
    def __init__(self, trap: Trap, folder: Path) -> None:
        self.trap, self.folder = trap, folder
        self.saving = 0
        self.handles: dict[int, str] = {}
        """paths by open file descriptor"""

    def begin(self) -> None:
        self._watch_training()
        self._before(os, "replace", "replace")
        self._before(os, "rename", "replace")
        self._before(os, "link", "link")
        self._before(os, "unlink", "unlink")
        self._before(os, "truncate", "truncate")
        self._before(os, "mkdir", "mkdir")
        self._watch_opening()
        self._watch_handles()

    def tell(self, kind: Kind, path: object = "", source: object = "", data: bytes = b"") -> None:
        self.trap(Point(kind, str(path), str(source), data, bool(self.saving)))

    def name(self, path: object) -> str | None:
        """The path within the folder; None for one outside."""
        if isinstance(path, int):
            return self.handles.get(path)
        whole = Path(os.path.abspath(os.fsdecode(path)))  # type: ignore[arg-type]
        return str(whole.relative_to(self.folder)) if whole.is_relative_to(self.folder) else None

    def _watch_training(self) -> None:
        from bpcli.api import train
        from bpcli.nn.network import Network
        from bpcli.runs.recorder import Recorder
        from bpcli.training.update import Update

        build, forward, apply, save = train.build, Network.forward, Update.apply, Recorder.save  # type: ignore

        def watched_build(*arguments: Any, **options: Any) -> Any:
            self.tell("start")
            built = build(*arguments, **options)
            self.tell("start")
            return built

        def watched_forward(network: Network, X: Any, step: int | None = None) -> Any:
            if step is None:
                self.tell("evaluation")
            return forward(network, X, step)

        def watched_apply(update: Update, *arguments: Any, **options: Any) -> None:
            self.tell("step")
            apply(update, *arguments, **options)

        def watched_save(recorder: Recorder, **options: Any) -> None:
            self.saving += 1
            try:
                save(recorder, **options)
            finally:
                self.saving -= 1
            self.trap(Point("saved", step=recorder.state.counters.step))

        train.build = watched_build  # type: ignore[attr-defined]
        Network.forward, Update.apply, Recorder.save = watched_forward, watched_apply, watched_save  # type: ignore

    def _before(self, module: Any, function: str, kind: Kind) -> None:
        """Tell of a call that is about to be made: its last path, and the one before."""
        call: Callable[..., Any] = getattr(module, function)

        def watched(*arguments: Any, **options: Any) -> Any:
            names = [self.name(path) for path in arguments[: 2 if kind in ("replace", "link") else 1]]
            if names and names[-1] is not None:
                length = str(arguments[1]).encode() if kind == "truncate" else b""
                self.tell(kind, names[-1], names[0] if len(names) > 1 else "", length)
            return call(*arguments, **options)

        setattr(module, function, watched)

    def _watch_opening(self) -> None:
        opened = io.open

        def watched(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
            writes = any(letter in mode for letter in "wax+")
            name = self.name(file) if writes and not isinstance(file, int) else None
            if name is None:
                return opened(file, mode, *arguments, **options)
            self.tell("open", name, data=mode.encode())
            return _File(self, name, opened(file, mode, *arguments, **options))

        builtins.open = io.open = watched  # type: ignore[assignment]

    def _watch_handles(self) -> None:
        opened, synced, written, closed = os.open, os.fsync, os.write, os.close

        def watched_open(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
            name = self.name(path)
            if name is not None:
                self.tell("open", name)
            handle = opened(path, flags, *arguments, **options)
            if name is not None:
                self.handles[handle] = name
            return handle

        def watched_fsync(handle: int) -> None:
            name = self.handles.get(handle)
            if name is not None:
                self.tell("folder" if (self.folder / name).is_dir() else "fsync", name)
            synced(handle)

        def watched_write(handle: int, data: bytes) -> int:
            name = self.handles.get(handle)
            if name is not None:
                self.tell("write", name, data=bytes(data))
            return written(handle, data)

        def watched_close(handle: int) -> None:
            self.handles.pop(handle, None)
            closed(handle)

        os.open, os.fsync, os.write, os.close = watched_open, watched_fsync, watched_write, watched_close  # type: ignore


class _File:
    """A file that is written to, each write told of before, and when half of it is done."""

    def __init__(self, watch: _Watch, name: str, file: Any) -> None:
        self._watch, self._name, self._file = watch, name, file
        watch.handles[file.fileno()] = name

    def write(self, data: Any) -> int:
        is_text = isinstance(data, str)
        self._watch.tell("write", self._name, data=data.encode() if is_text else bytes(data))
        half = len(data) // 2
        self._file.write(data[:half])
        self._file.flush()
        self._watch.tell("half", self._name)
        self._file.write(data[half:])
        self._file.flush()
        return len(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._watch.handles.pop(self._file.fileno(), None)
        self._file.close()
