"""The lock of a run folder."""

from __future__ import annotations

import errno
import fcntl
import os
import threading
from pathlib import Path

import pytest

from bpcli.runs.lock import RunLock, require_free


@pytest.fixture(autouse=True)
def _in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("run", "copy"):
        Path(folder).mkdir()


def is_held(folder: str) -> bool:
    for look in (require_free, RunLock):
        try:
            held = look(Path(folder))
        except BlockingIOError:
            return True
        if held:
            held.release()
    return False


def test_it_is_held_until_it_is_released_and_says_by_whom() -> None:
    lock = RunLock(Path("run"))
    for look in (require_free, RunLock):
        with pytest.raises(BlockingIOError) as error:
            look(Path("run"))
        assert error.value.strerror == f"process {os.getpid()}"
    assert not is_held("copy")
    lock.release()
    assert not is_held("run")
    assert Path("run/.lock").read_text() == str(os.getpid())


def test_a_lock_that_another_folder_has_too_is_not_changed_and_keeps_nobody_out() -> None:
    Path("run/.lock").write_text("1234567")
    os.link("run/.lock", "copy/.lock")
    lock = RunLock(Path("run"))
    assert Path("copy/.lock").read_text() == "1234567"
    assert not is_held("copy")
    assert is_held("run")
    lock.release()


def test_a_copy_made_while_it_is_held_is_free_and_the_original_is_not() -> None:
    lock = RunLock(Path("run"))
    os.link("run/.lock", "copy/.lock")
    other = RunLock(Path("copy"))
    assert is_held("run")
    assert is_held("copy")
    lock.release()
    other.release()


@pytest.mark.parametrize("name", ["run", "run/.lock"])
def test_one_of_the_two_locks_is_enough(name: str) -> None:
    """An older bpcli locks the file alone, and some file systems lock no folder."""
    Path("run/.lock").write_text(str(os.getpid()))
    handle = os.open(name, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    assert is_held("run")
    os.close(handle)
    assert not is_held("run")


def test_where_folders_have_no_locks_a_shared_file_keeps_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot be told in which of its folders it is held."""
    lock = fcntl.flock

    def files_only(handle: int, how: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{handle}"):
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        lock(handle, how)

    monkeypatch.setattr(fcntl, "flock", files_only)
    held = RunLock(Path("run"))
    os.link("run/.lock", "copy/.lock")
    assert is_held("copy")
    held.release()
    RunLock(Path("copy")).release()
    assert not Path("copy/.lock").samefile("run/.lock")


def test_a_lock_that_nobody_says_is_theirs_is_waited_for_a_moment() -> None:
    """A dry run looks so for a moment."""
    handle = os.open("run", os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_SH)
    threading.Timer(0.05, os.close, [handle]).start()
    RunLock(Path("run")).release()


def test_a_lock_that_cannot_be_had_leaves_nothing_open() -> None:
    lock = RunLock(Path("run"))
    before = len(os.listdir("/proc/self/fd"))
    assert is_held("run")
    assert len(os.listdir("/proc/self/fd")) == before
    lock.release()
