"""The folder of a run: its name, its files, and the lock that keeps a second process out."""

from __future__ import annotations

import re
from contextlib import suppress
from os.path import isdir, isfile, lexists  # which, unlike Path, raise nothing where they may not look
from pathlib import Path

from bpcli.config.load import config_to_yaml, load_config
from bpcli.errors import BpcliError, CheckpointError
from bpcli.runs.files import make_folder, open_to_read, require_makeable, temporary, what_stands_at
from bpcli.runs.lock import RunLock, require_free
from bpcli.runs.log import FIRST_COLUMNS

RUNS = Path("runs")


class RunFolder:
    """`config.yaml`, `log.csv`, `last.npz` and `best.npz` of one run, locked until `close`."""

    def __init__(self, path: Path, *, resumed: bool = False, dry_run: bool = False) -> None:
        """Make the folder where there is none, and lock it; in a `dry_run` only see whether that could be done.

        Raises `CheckpointError` if it cannot.
        """
        self.path = path
        self.config, self.log = path / "config.yaml", path / "log.csv"
        self.last, self.best = path / "last.npz", path / "best.npz"
        self._lock: RunLock | None = None
        require_plain_files(path)
        way_out = "go on with a copy of it" if resumed else "choose another with -o"
        try:
            require_makeable(path)
            if dry_run:
                require_free(path)
            else:
                make_folder(path)
                self._lock = RunLock(path)
        except BlockingIOError as error:
            raise CheckpointError(f"{path} is in use by {error.strerror}: wait for it, or {way_out}") from None
        except OSError as error:
            raise CheckpointError(f"cannot use {path} as a run folder: {error.strerror or error}; {way_out}") from None

    def close(self) -> None:
        if self._lock:
            self._lock.release()

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def require_plain_files(folder: Path) -> None:
    """Raise `CheckpointError` where something else than a file stands in the place of one that a run writes.

    What a link leads to is somebody else's, and a pipe would be waited for. The folder itself may be a link.
    """
    written = [folder / name for name in (".lock", "config.yaml", "log.csv", "last.npz", "best.npz")]
    found = {path: what_stands_at(path) for path in (*written, *map(temporary, written))}
    if problems := [f"{path} is {kind}" for path, kind in found.items() if kind]:
        raise CheckpointError(
            f"{', '.join(problems)}; a run writes files of its own there: move that away, or use another folder"
        )


def new_run_folder(output: Path | None, name: str, *, again: bytes | None = None, dry_run: bool = False) -> RunFolder:
    """`output`, which must hold no checkpoint yet, or else the first free one of runs/name, runs/name-2, ...

    `again` is the config.yaml of a run that may have begun before: a folder in which it was killed before its first
    checkpoint is free. In a `dry_run` nothing is made.
    """
    if output is not None:
        folder = RunFolder(output, dry_run=dry_run)
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
            (require_makeable if dry_run else make_folder)(path, exist_ok=False)
        except OSError as error:
            if not (isinstance(error, FileExistsError) and lexists(path)):  # `runs` may be no folder
                raise CheckpointError(
                    f"cannot make {path}: {error.strerror or error}; choose a folder with -o"
                ) from None
            if again is not None and _was_left_at_once(path, again):
                with suppress(CheckpointError):  # another process is in it
                    return RunFolder(path, dry_run=dry_run)
            number += 1
        else:
            return RunFolder(path, dry_run=dry_run)


_LEFT_AT_ONCE = {".lock", "..lock.tmp", ".log.csv.tmp", "log.csv", ".config.yaml.tmp"}
"""What there may be in a run folder before its config.yaml."""


def _was_left_at_once(path: Path, config: bytes) -> bool:
    try:
        with open_to_read(path / "config.yaml") as file:
            return not holds_checkpoint(path) and file.read() == config
    except FileNotFoundError:  # killed before it was written
        return not {file.name for file in path.iterdir()} - _LEFT_AT_ONCE
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
        require_plain_files(path.parent)
        if not isfile(path):
            what = "it is not a file" if lexists(path) else "there is no such checkpoint"
            raise CheckpointError(f"cannot resume from {path}: {what}")
        if output is not None and output.resolve() != path.parent.resolve():
            raise CheckpointError(
                f"{path} belongs to the run in {path.parent}, not to {output}: leave out -o to go on with it"
            )
        return path
    folder = output if output is not None else _newest_run(name)
    path = (folder or RUNS / name) / ("best.npz" if resume == "best" else "last.npz")
    require_plain_files(path.parent)
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
    found = next((path / name for name in ("best.npz", "last.npz") if lexists(path / name)), None)
    if found is None:
        raise CheckpointError(f"the folder {path} holds no checkpoint: give a run folder, or a best.npz or last.npz")
    return found


def holds_checkpoint(folder: Path) -> bool:
    return any(lexists(folder / name) for name in ("last.npz", "best.npz"))


def _newest_run(name: str) -> Path | None:
    """The run of that name with the highest number that holds a checkpoint."""
    pattern = re.compile(re.escape(name) + r"(?:-(\d+))?")
    numbered = {int(match[1] or 1): path for path in RUNS.glob(f"{name}*") if (match := pattern.fullmatch(path.name))}
    newest_first = (numbered[number] for number in sorted(numbered, reverse=True))
    return next((path for path in newest_first if holds_checkpoint(path) and _is_run_of(path, name)), None)


def _is_run_of(path: Path, name: str) -> bool:
    """runs/p-3 may be the third run of p, or the first of a config called p-3: its config.yaml begins with the name."""
    try:
        with open_to_read(path / "config.yaml") as file:
            first = file.readline(1000).decode(errors="replace").rstrip("\r\n")
    except OSError:
        return True
    return first.removeprefix("name: ").strip("\"'") == name


def require_own_files(folder: RunFolder) -> None:
    """Raise `CheckpointError` if the folder has a config.yaml or log.csv that is not as a run of bpcli leaves it."""
    for path, is_own in ((folder.config, _is_own_config), (folder.log, _is_own_log)):
        if path.exists() and not is_own(path):
            raise CheckpointError(
                f"{path} is not of a run of bpcli, and would be overwritten: choose another folder with -o"
            )


def _is_own_config(path: Path) -> bool:
    """bpcli writes every default out, in one order and form."""
    try:
        return config_to_yaml(load_config(path)).encode() == path.read_bytes()
    except (BpcliError, OSError):
        return False


def _is_own_log(path: Path) -> bool:
    """It begins as a log does, or was cut off before that."""
    begin = ",".join(FIRST_COLUMNS).encode()
    try:
        with open_to_read(path) as file:
            return begin.startswith(file.read(len(begin)))
    except OSError:
        return False
