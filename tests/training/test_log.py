"""log.csv."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpcli.errors import CheckpointError
from bpcli.training.events import Evaluated
from bpcli.training.log import Log


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


def test_a_log_shorter_than_its_checkpoint_is_refused(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.csv", ["train_loss"])
    with pytest.raises(CheckpointError, match="has 0 bytes, but the checkpoint was written when it had 100"):
        log.truncate(100)
