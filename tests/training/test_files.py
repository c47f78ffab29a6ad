"""A reader finds the old content or the new."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bpcli.errors import OutputError
from bpcli.training.files import write_atomically


def test_a_failed_write_leaves_the_old_content_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    write_atomically(path, b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="a: No space left on device"):
        write_atomically(path, b"new")
    assert [file.name for file in tmp_path.iterdir()] == ["a"]
    assert path.read_bytes() == b"old"
