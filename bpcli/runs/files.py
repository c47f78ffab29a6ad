"""Reading files without waiting, and writing them so that a reader finds the old content or the new."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from os.path import exists
from pathlib import Path
from typing import IO

from bpcli.errors import OutputError


def write_atomically(content: bytes, *paths: Path) -> None:
    """Give `content` to each of `paths`; otherwise as `write_through`."""
    write_through(lambda file: file.write(content), *paths)


def write_through(write: Callable[[IO[bytes]], object], *paths: Path) -> None:
    """Give what `write` writes into a file to each of `paths`, of one folder, in this order.

    A temporary file is written beside them, flushed to the disk and renamed over each, and the folder is flushed.
    Where the system can, several paths are names of one file: nothing here ever writes into a file that has its name.
    Raises `OutputError`; a path then holds what it held before, or the whole of what was written.
    """
    temporaries = [temporary(path) for path in paths]
    try:
        _write(temporaries[0], write)
        for further in temporaries[1:]:
            _write_again(temporaries[0], further, write)
        for written, path in zip(temporaries, paths, strict=True):
            os.replace(written, path)
        _sync_folder(paths[0].parent)
    except OSError as error:
        raise OutputError(f"cannot write {error.filename2 or paths[-1]}: {error.strerror or error}") from None
    finally:
        for written in temporaries:
            with suppress(OSError):
                written.unlink(missing_ok=True)


def make_folder(path: Path, *, exist_ok: bool = True) -> None:
    """Make a folder, and those above it, so that they outlast a power cut. Raises OSError."""
    missing = [folder for folder in (path, *path.parents) if not exists(folder)]
    path.mkdir(parents=True, exist_ok=exist_ok)
    for folder in missing:
        _sync_folder(folder.parent)


def require_makeable(path: Path, *, exist_ok: bool = True) -> None:
    """Raise what `make_folder`, or writing into the folder, would raise, as far as can be seen without making it."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        if os.path.lexists(path):  # a link that leads nowhere
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        require_makeable(path.parent)
        return
    if not stat.S_ISDIR(mode) or not exist_ok:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    if not os.access(path, os.W_OK | os.X_OK):
        number = errno.EROFS if os.statvfs(path).f_flag & os.ST_RDONLY else errno.EACCES
        raise OSError(number, os.strerror(number))


def temporary(path: Path) -> Path:
    """Where the new content of `path` is written first; the run's lock keeps others out of it."""
    return path.with_name(f".{path.name}.tmp")


def open_to_read(path: Path) -> IO[bytes]:
    """Open a file, or the one that a link leads to. Raises OSError for a pipe, a device or a folder, unopened."""
    if not stat.S_ISREG(os.stat(path).st_mode):  # to open a device may do something, and a pipe waits
        raise OSError(errno.EINVAL, "it is not a file", str(path))
    return open(path, "rb")


def open_to_change(path: Path) -> IO[bytes]:
    """Open a file to read and write in place. Raises OSError for a link, a pipe, a device or a folder, unopened."""
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise OSError(errno.EINVAL, "it is not a file", str(path))
    return open(path, "r+b")


def has_further_names(file: IO[bytes]) -> bool:
    """Whether to change an open file would change another folder's: hard links share it, as `cp -al` makes them."""
    return os.fstat(file.fileno()).st_nlink > 1


def what_stands_at(path: Path) -> str | None:
    """What is at `path` and no file, in words; None for a file, or where there is nothing. No link is followed."""
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return None
    return None if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "a device")


_KINDS = {stat.S_IFLNK: "a symbolic link", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFDIR: "a folder"}


def _write(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """To a new file: what a killed process has left at `path` may be a second name of a file that is in use."""
    path.unlink(missing_ok=True)
    with open(path, "xb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())


def _write_again(written: Path, path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """What was `written` under another name as well."""
    path.unlink(missing_ok=True)
    try:
        os.link(written, path)
    except (AttributeError, NotImplementedError, OSError):  # a file system without links
        _write(path, write)


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
