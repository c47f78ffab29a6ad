"""Lines are there as soon as their writer has written them."""

from __future__ import annotations

import os
import resource
import threading
from pathlib import Path

import pytest

from bpcli.data.sources.csv_lines import LONGEST_ARRIVING, arriving_lines, can_be_read_again
from bpcli.errors import ConfigError, DataError


def test_the_lines_of_a_file_come_in_order_and_the_last_needs_no_end(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"one\n\nthree\r\nfour")
    assert list(arriving_lines(str(path))) == [b"one", b"", b"three\r", b"four"]


def test_many_lines_come_whole_across_the_chunks_that_are_read(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    lines = [b"%d" % number * (number % 50) for number in range(20_000)]
    path.write_bytes(b"\n".join(lines))
    assert list(arriving_lines(str(path))) == lines


def test_a_reader_of_a_pipe_hears_of_a_line_at_once_and_of_silence_in_between(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    first, second = threading.Event(), threading.Event()

    def write() -> None:
        with open(path, "wb", buffering=0) as pipe:
            pipe.write(b"first\nsec")
            assert first.wait(10), "the first line must be seen before the second is written"
            pipe.write(b"ond\n")
            assert second.wait(10), "the second line must be seen before the pipe is closed"

    writer = threading.Thread(target=write)
    writer.start()
    lines = arriving_lines(str(path))
    assert next(line for line in lines if line is not None) == b"first"
    assert next(lines) is None, "half a line is no line"
    first.set()
    assert next(line for line in lines if line is not None) == b"second"
    second.set()
    writer.join()
    assert [line for line in lines if line is not None] == []


def test_a_reader_of_a_pipe_hears_that_what_came_was_no_line_however_busy_the_writer_is(tmp_path: Path) -> None:
    path, heard = tmp_path / "pipe", threading.Event()
    os.mkfifo(path)

    def write() -> None:
        with open(path, "wb", buffering=0) as pipe:
            pipe.write(b"first\n")
            for _ in range(10_000):
                if heard.wait(0.001):
                    break
                pipe.write(b"x")

    writer = threading.Thread(target=write)
    writer.start()
    lines = arriving_lines(str(path))
    assert next(line for line in lines if line is not None) == b"first"
    assert [next(lines) for _ in range(20)] == [None] * 20
    heard.set()
    writer.join()
    (rest,) = [line for line in lines if line is not None]
    assert set(rest) == {ord("x")}
    assert len(rest) < 5_000


def test_a_pipe_cannot_be_read_again_and_a_file_can(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").touch()
    kinds = {name: can_be_read_again(str(tmp_path / name)) for name in ("pipe", "file", "absent")}
    assert kinds == {"pipe": False, "file": True, "absent": True}
    assert not can_be_read_again("-")


def test_what_cannot_be_read_is_an_error_of_its_key(tmp_path: Path) -> None:
    for path, why in ((tmp_path / "absent", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(ConfigError, match=f"data.file: cannot read {path}: {why}"):
            list(arriving_lines(str(path)))


def test_a_line_without_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "line"
    path.write_bytes(b"x" * (2 * LONGEST_ARRIVING))
    with pytest.raises(DataError, match="has a line longer than 1,048,576 bytes"):
        list(arriving_lines(str(path)))


def test_a_pipe_is_read_by_a_program_that_has_many_files_open(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 1100:
        pytest.skip("no more than 1,100 files may be open here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1100), hard))
    first = os.open(os.devnull, os.O_RDONLY)
    others = [os.dup(first) for _ in range(1024)]
    writer = threading.Thread(target=lambda: path.write_text("line\n"))
    writer.start()
    try:
        assert [line for line in arriving_lines(str(path)) if line] == [b"line"]
    finally:
        for handle in (first, *others):
            os.close(handle)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        writer.join()
