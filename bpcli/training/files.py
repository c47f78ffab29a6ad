"""Writing files so that a reader finds the old content or the new, never a part."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from os.path import exists
from pathlib import Path

from bpcli.errors import OutputError


def write_atomically(content: bytes | memoryview, *paths: Path) -> None:
    """Give `content` to each of `paths`, of one folder, in this order.

    A temporary file is written beside them, flushed to the disk and renamed over each, and the folder is flushed.
    Where the system can, several paths are names of one file: nothing here ever writes into a file that has its name.
    Raises `OutputError`; a path then holds what it held before, or the whole of `content`.
    """
    temporaries = [_temporary(path) for path in paths]
    try:
        _write(temporaries[0], content)
        for temporary in temporaries[1:]:
            _write_again(temporaries[0], temporary, content)
        for temporary, path in zip(temporaries, paths, strict=True):
            os.replace(temporary, path)
        _sync_folder(paths[0].parent)
    except OSError as error:
        raise OutputError(f"cannot write {error.filename2 or paths[-1]}: {error.strerror or error}") from None
    finally:
        for temporary in temporaries:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def make_folder(path: Path, *, exist_ok: bool = True) -> None:
    """Make a folder, and those above it, so that they outlast a power cut. Raises OSError."""
    missing = [folder for folder in (path, *path.parents) if not exists(folder)]
    path.mkdir(parents=True, exist_ok=exist_ok)
    for folder in missing:
        _sync_folder(folder.parent)


def _temporary(path: Path) -> Path:
    """The run's lock keeps others out of it."""
    return path.with_name(f".{path.name}.tmp")


def _write(path: Path, content: bytes | memoryview) -> None:
    """To a new file: what a killed process has left at `path` may be a second name of a file that is in use."""
    path.unlink(missing_ok=True)
    with open(path, "xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _write_again(written: Path, path: Path, content: bytes | memoryview) -> None:
    """What was `written` under another name as well."""
    path.unlink(missing_ok=True)
    try:
        os.link(written, path)
    except (AttributeError, NotImplementedError, OSError):  # a file system without links
        _write(path, content)


def _sync_folder(folder: Path) -> None:
    """Make what was renamed or made in `folder` outlast a power cut, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a file system that knows no such thing
            raise
    finally:
        os.close(handle)
