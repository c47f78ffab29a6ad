"""The lock of a run folder, which keeps a second process out."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

from bpcli.runs.files import temporary

try:
    import fcntl
except ImportError:  # Windows: two runs into one folder are not kept apart
    fcntl = None  # type: ignore[assignment]


class RunLock:
    """Holds a folder until `release`, or until its process ends, however it ends.

    Locked are the folder itself and the `.lock` in it, which holds the number of the process. The folder alone would
    do, but some network file systems lock only files, and a bpcli before 0.2.1 knows only that file. The file alone
    would not: a copy made of hard links (`cp -al`) shares it with its original.
    """

    def __init__(self, folder: Path) -> None:
        """Raises BlockingIOError with the name of the process that holds the folder, OSError where it has no file."""
        self._folder, self._file = folder, folder / ".lock"
        self._handles: list[int] = []
        if fcntl is None:
            return
        try:
            self._acquire()
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        while self._handles:
            os.close(self._handles.pop())

    def _acquire(self) -> None:
        is_alone = self._hold(os.open(self._folder, os.O_RDONLY))
        handle = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)
        if os.fstat(handle).st_nlink == 1:
            self._hold(handle)
        else:  # its other names are of other folders: it is neither changed nor, if need not be, waited for
            if is_alone:
                os.close(handle)
            else:
                self._hold(handle)
            handle = self._new_file()
            self._hold(handle)
        os.truncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())

    def _new_file(self) -> int:
        path = temporary(self._file)
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
        os.replace(path, self._file)
        return handle

    def _hold(self, handle: int) -> bool:
        """Lock it and keep it open: whether the file system can. Raises BlockingIOError if another process has it."""
        self._handles.append(handle)
        return _locked(handle, self._folder, fcntl.LOCK_EX)


def require_free(folder: Path) -> None:
    """Raise BlockingIOError with the name of the process that holds the folder, if one does. Nothing is changed."""
    if fcntl is None:
        return
    for path in (folder, folder / ".lock"):
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:  # there is none
            continue
        try:
            if path == folder or os.fstat(handle).st_nlink == 1:
                _locked(handle, folder, fcntl.LOCK_SH)
        finally:
            os.close(handle)


def _locked(handle: int, folder: Path, how: int) -> bool:
    """Lock: whether the file system can. A lock that nobody alive says is theirs may be about to go, and is awaited."""
    holder = None
    for _ in range(20):
        try:
            fcntl.flock(handle, how | fcntl.LOCK_NB)
        except BlockingIOError:
            if holder := _holder(folder / ".lock"):
                break
            time.sleep(0.01)
        except OSError:
            return False
        else:
            return True
    raise BlockingIOError(errno.EWOULDBLOCK, f"process {holder}" if holder else "another process")


def _holder(file: Path) -> int | None:
    """The process that holds the lock: it writes its number a moment after, perhaps over that of a dead one."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        number = os.read(handle, 32)
    except OSError:
        return None
    finally:
        os.close(handle)
    return int(number) if number.isdigit() and _is_alive(int(number)) else None


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except PermissionError:  # somebody else's
        return True
    except (OSError, OverflowError):
        return False
    return True
