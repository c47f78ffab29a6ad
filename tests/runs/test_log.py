"""log.csv."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bpcli.errors import CheckpointError, OutputError
from bpcli.runs.log import Log, read_log
from bpcli.training.events import Evaluated
from bpcli.training.state import LogPart


def evaluated(epoch: int) -> Evaluated:
    return Evaluated(epoch, epoch * 5, 0.1, {"train_loss": 1 / 3}, improved=True)


def test_rows_hold_every_digit_and_the_clock_comes_last(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.csv", ["train_loss"])
    log.start()
    log.append(evaluated(1), seconds=1.23456, examples_per_second=1000.4)
    header, row = log.path.read_text().splitlines()
    assert header == "epoch,step,learning_rate,train_loss,seconds,examples_per_second"
    assert row == f"1,5,0.1,{1 / 3!r},1.235,1000"


def test_truncating_drops_the_rows_after_a_checkpoint(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.csv", ["train_loss"])
    log.start()
    size = log.append(evaluated(1), seconds=1, examples_per_second=1)
    before = log.path.read_bytes()
    log.append(evaluated(2), seconds=1, examples_per_second=1)
    log.truncate(size)
    assert log.path.read_bytes() == before


def two_rows(path: Path) -> tuple[Log, LogPart]:
    log = Log(path, ["train_loss"])
    log.start()
    log.append(evaluated(1), seconds=1, examples_per_second=1)
    return log, log.append(evaluated(2), seconds=1, examples_per_second=1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (Path.unlink, "cannot read .*: No such file or directory; restore it"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "has 134 bytes, but .* when it had 135; restore it"),
        (lambda path: path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n")), "is not as the run has left it"),
        (lambda path: path.write_bytes(bytes(1000)), "is not as the run has left it; restore it, or .* --from"),
    ],
)
def test_a_log_that_is_not_its_checkpoints_is_refused(
    tmp_path: Path, change: Callable[[Path], object], message: str
) -> None:
    log, part = two_rows(tmp_path / "log.csv")
    assert part.size == 135
    change(log.path)
    for refuses in (log.require, log.truncate):
        with pytest.raises(CheckpointError, match=message):
            refuses(part)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (Path.unlink, "cannot write .*: No such file or directory"),
        (lambda path: path.write_text("mine"), "cannot go on with .*: another program has changed it"),
    ],
)
def test_a_log_changed_under_the_run_is_not_written_to(
    tmp_path: Path, change: Callable[[Path], object], message: str
) -> None:
    log, _ = two_rows(tmp_path / "log.csv")
    change(log.path)
    with pytest.raises(OutputError, match=message):
        log.append(evaluated(3), seconds=1, examples_per_second=1)


def test_a_log_that_cannot_be_cut_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, part = two_rows(tmp_path / "log.csv")

    def refuse(handle: int) -> None:
        raise OSError(28, "No space left on device")

    log.append(evaluated(3), seconds=1, examples_per_second=1)
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OutputError, match=r"cannot write .*log.csv: No space left on device$"):
        log.truncate(part)


def test_a_log_goes_on_behind_the_part_it_was_cut_to(tmp_path: Path) -> None:
    whole, part = two_rows(tmp_path / "log.csv")
    content = whole.path.read_bytes()
    end = whole.append(evaluated(3), seconds=1, examples_per_second=1)
    log = Log(whole.path, ["train_loss"])
    log.truncate(part)
    assert log.path.read_bytes() == content
    assert log.append(evaluated(3), seconds=1, examples_per_second=1) == end
    assert hashlib.sha256(log.path.read_bytes()).hexdigest() == end.sha256


def test_rows_are_read_back_and_what_is_no_log_is_refused(tmp_path: Path) -> None:
    log, _ = two_rows(tmp_path / "log.csv")
    assert [row["epoch"] for row in read_log(log.path)] == ["1", "2"]
    assert read_log(tmp_path / "none.csv") == []
    for content, what in (
        (b"\x83\xff", "can't decode byte"),
        (b"hello,world\nhello,world\n", "see line 2"),
        (b"epoch,step\n1,2\n1\n", "see line 3"),
        (b"epoch,step\n1,2,3\n", "see line 2"),
        (b'epoch,step\n1,"2', "unexpected end of data"),
    ):
        log.path.write_bytes(content)
        with pytest.raises(CheckpointError, match=f"is no log of bpcli, or is damaged.*{what}"):
            read_log(log.path)
