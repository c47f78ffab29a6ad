"""A reader finds the old content or the new."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import nullcontext
from pathlib import Path

import pytest

from bpcli.errors import OutputError
from bpcli.runs.files import write_atomically


def test_a_failed_write_leaves_the_old_content_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    write_atomically(b"old", path)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="a: No space left on device"):
        write_atomically(b"new", path)
    assert [file.name for file in tmp_path.iterdir()] == ["a"]
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize(("number", "matters"), [(errno.EINVAL, False), (errno.ENOTSUP, False), (errno.EIO, True)])
def test_a_folder_that_cannot_be_flushed_matters_only_where_it_could_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, matters: bool
) -> None:
    fsync = os.fsync

    def flush(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(number, os.strerror(number))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", flush)
    with pytest.raises(OutputError, match=r"cannot write .*a: Input/output error") if matters else nullcontext():
        write_atomically(b"new", tmp_path / "a")


def test_several_paths_get_the_content_and_keep_it_when_one_is_written_again(tmp_path: Path) -> None:
    best, last = tmp_path / "best", tmp_path / "last"
    write_atomically(b"one", best, last)
    write_atomically(b"two", last)
    assert (best.read_bytes(), last.read_bytes()) == (b"one", b"two")


def test_the_path_that_could_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "best").mkdir()
    with pytest.raises(OutputError, match=r"cannot write .*best: Is a directory"):
        write_atomically(b"one", tmp_path / "best", tmp_path / "last")


def test_several_paths_are_names_of_one_file(tmp_path: Path) -> None:
    write_atomically(b"one", tmp_path / "best", tmp_path / "last")
    assert (tmp_path / "best").samefile(tmp_path / "last")


def test_a_file_system_without_links_gets_the_content_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    write_atomically(b"one", tmp_path / "best", tmp_path / "last")
    assert not (tmp_path / "best").samefile(tmp_path / "last")
    assert (tmp_path / "best").read_bytes() == (tmp_path / "last").read_bytes() == b"one"


def test_what_a_kill_between_two_renames_has_left_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    best, last = tmp_path / "best", tmp_path / "last"
    rename, unlink = os.replace, Path.unlink

    def killed_after_the_first(source: Path, target: Path) -> None:
        rename(source, target)
        monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)  # nor does it tidy up
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", killed_after_the_first)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(b"one", best, last)
    monkeypatch.setattr(os, "replace", rename)
    monkeypatch.setattr(Path, "unlink", unlink)
    assert (tmp_path / ".last.tmp").samefile(best)
    write_atomically(b"two", last)
    assert (best.read_bytes(), last.read_bytes()) == (b"one", b"two")
