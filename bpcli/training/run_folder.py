"""The folder of a run: its name, its files, and the lock that keeps a second process out."""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from os.path import exists, isdir, isfile  # which, unlike Path, raise nothing where they may not look
from pathlib import Path

from bpcli.errors import CheckpointError
from bpcli.training.files import make_folder

RUNS = Path("runs")


class RunFolder:
    """`config.yaml`, `log.csv`, `last.npz` and `best.npz` of one run, locked until `close`."""

    def __init__(self, path: Path) -> None:
        """Make the folder where there is none, and lock it. Raises `CheckpointError` if that cannot be done."""
        self.path = path
        self.config, self.log = path / "config.yaml", path / "log.csv"
        self.last, self.best = path / "last.npz", path / "best.npz"
        try:
            make_folder(path)
            self._lock = _lock(path / ".lock")
        except OSError as error:
            raise CheckpointError(
                f"cannot use {path} as a run folder: {error.strerror or error}; choose another with -o"
            ) from None

    def close(self) -> None:
        os.close(self._lock)

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def new_run_folder(output: Path | None, name: str, *, again: bytes | None = None) -> RunFolder:
    """`output`, which must hold no checkpoint yet, or else the first free one of runs/name, runs/name-2, ...

    `again` is the config.yaml of a run that may have begun before: a folder in which it was killed before its first
    checkpoint is free.
    """
    if output is not None:
        folder = RunFolder(output)
        if holds_checkpoint(output):
            folder.close()
            raise CheckpointError(
                f"{output} already holds a checkpoint: give --resume to go on with it, or another folder with -o"
            )
        return folder
    number = 1
    while True:
        path = RUNS / (name if number == 1 else f"{name}-{number}")
        try:
            make_folder(path, exist_ok=False)
        except FileExistsError:
            if again is not None and _was_left_at_once(path, again):
                with suppress(CheckpointError):  # another process is in it
                    return RunFolder(path)
            number += 1
        except OSError as error:
            raise CheckpointError(f"cannot make {path}: {error.strerror or error}; choose a folder with -o") from None
        else:
            return RunFolder(path)


def _was_left_at_once(path: Path, config: bytes) -> bool:
    try:
        return not holds_checkpoint(path) and (path / "config.yaml").read_bytes() == config
    except FileNotFoundError:  # killed before it was written
        return not {file.name for file in path.iterdir()} - {".lock", ".config.yaml.tmp", "log.csv"}
    except OSError:
        return False


def find_checkpoint(resume: str, output: Path | None, name: str) -> Path | None:
    """The checkpoint that `--resume` means: last, best, auto, or a path to one or to its run folder.

    The run is `output`, or else the newest of runs/name, runs/name-2, ... `auto` gives None where there is no
    checkpoint yet; the others raise `CheckpointError`.
    """
    if resume not in ("last", "best", "auto"):
        path = Path(resume)
        path = path / "last.npz" if isdir(path) else path
        if not isfile(path):
            raise CheckpointError(f"cannot resume from {path}: there is no such checkpoint")
        if output is not None and output.resolve() != path.parent.resolve():
            raise CheckpointError(
                f"{path} belongs to the run in {path.parent}, not to {output}: leave out -o to go on with it"
            )
        return path
    folder = output if output is not None else _newest_run(name)
    path = (folder or RUNS / name) / ("best.npz" if resume == "best" else "last.npz")
    first = path.with_name("best.npz")
    if not isfile(path) and isfile(first):  # a run that was killed before its first last.npz
        return first
    if isfile(path):
        return path
    if resume == "auto":
        return None
    raise CheckpointError(f"there is no {path} to resume: run without --resume, or with --resume auto")


def is_checkpoint(path: Path) -> bool:
    """Whether `path` names a checkpoint or a run folder, rather than a config."""
    return isdir(path) or path.suffix == ".npz"


def checkpoint_at(path: Path) -> Path:
    """`path` itself, or the best (else the last) checkpoint of the run folder it is. Raises `CheckpointError`."""
    if not isdir(path):
        return path
    found = next((path / name for name in ("best.npz", "last.npz") if isfile(path / name)), None)
    if found is None:
        raise CheckpointError(f"the folder {path} holds no checkpoint: give a run folder, or a best.npz or last.npz")
    return found


def holds_checkpoint(folder: Path) -> bool:
    return any(exists(folder / name) for name in ("last.npz", "best.npz"))


def _newest_run(name: str) -> Path | None:
    """The run of that name with the highest number that holds a checkpoint."""
    pattern = re.compile(re.escape(name) + r"(?:-(\d+))?")
    numbered = {int(match[1] or 1): path for path in RUNS.glob(f"{name}*") if (match := pattern.fullmatch(path.name))}
    newest_first = (numbered[number] for number in sorted(numbered, reverse=True))
    return next((path for path in newest_first if holds_checkpoint(path) and _is_run_of(path, name)), None)


def _is_run_of(path: Path, name: str) -> bool:
    """runs/p-3 may be the third run of p, or the first of a config called p-3: its config.yaml begins with the name."""
    try:
        first = (path / "config.yaml").read_text(encoding="utf-8").partition("\n")[0]
    except OSError:
        return True
    return first.removeprefix("name: ").strip("\"'") == name


def _lock(path: Path) -> int:
    """Lock a file until it is closed, or its process ends, however it ends."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        import fcntl
    except ImportError:  # Windows: two runs into one folder are not kept apart
        return handle
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = _holder(handle)
        os.close(handle)
        raise CheckpointError(
            f"{path.parent} is in use by {holder}: wait for it, or choose another folder with -o"
        ) from None
    except OSError:  # nor where the file system has no locks
        return handle
    os.truncate(handle, 0)
    os.write(handle, str(os.getpid()).encode())
    return handle


def _holder(handle: int) -> str:
    """The process that holds the lock: it writes its number a moment after, perhaps over that of a dead one."""
    for _ in range(20):
        number = os.pread(handle, 32, 0)
        if number.isdigit() and _is_alive(int(number)):
            return f"process {int(number)}"
        time.sleep(0.01)
    return "another process"


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except PermissionError:  # somebody else's
        return True
    except (OSError, OverflowError):
        return False
    return True
