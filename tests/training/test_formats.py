"""Runs of each format version, kept as they were written: they are read, measured and gone on with for ever.

A folder is called after its version and what is in it, such as `1-adam`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import bpcli
from bpcli.runs.checkpoint import load_checkpoint
from bpcli.runs.log import read_log
from bpcli.runs.npz import FORMAT_VERSION, pack, unpack

from .conftest import file_of

FORMATS = Path(__file__).parent / "formats"
KEPT = sorted(folder.name for folder in FORMATS.iterdir())


def version(kept: str) -> int:
    return int(kept.partition("-")[0])


def test_there_are_some_of_each_version() -> None:
    assert {version(kept) for kept in KEPT} == set(range(1, FORMAT_VERSION + 1))


@pytest.mark.parametrize("kept", KEPT)
def test_it_is_of_the_version_that_it_is_called_after(kept: str) -> None:
    for name in ("best.npz", "last.npz"):
        assert unpack(FORMATS / kept / name)[0]["format_version"] == version(kept)


@pytest.mark.parametrize("kept", KEPT)
def test_the_same_state_would_be_written_byte_for_byte(kept: str) -> None:
    for name in ("best.npz", "last.npz"):
        path = FORMATS / kept / name
        assert file_of(pack(*unpack(path))) == path.read_bytes()


@pytest.mark.parametrize("kept", KEPT)
def test_it_is_measured_as_it_was_then(kept: str) -> None:
    run = FORMATS / kept
    best = load_checkpoint(run / "best.npz").counters.best
    assert best is not None
    measured = bpcli.evaluate(run / "best.npz", split="validation")
    assert measured.loss == pytest.approx(best.value, rel=1e-5)
    with np.load(run / "last.npz", allow_pickle=False) as plain:
        assert plain["layers.0.W"].shape[0] == 2


@pytest.mark.parametrize("kept", KEPT)
def test_a_run_goes_on_with_it_as_it_did_then(kept: str, tmp_path: Path) -> None:
    """`gone_on.csv` has the epochs that the bpcli of that version added: other weights or slots have other losses."""
    run = Path(shutil.copytree(FORMATS / kept, tmp_path / "run"))
    before, after = read_log(run / "log.csv"), read_log(run / "gone_on.csv")
    config = bpcli.load_config(run / "config.yaml", [f"training.epochs={len(before) + len(after)}"])
    result = bpcli.train(config, output=run, resume="last")
    assert (result.status, result.epochs) == ("completed", len(before) + len(after))
    rows = read_log(run / "log.csv")
    assert rows[: len(before)] == before
    for name in ("epoch", "step", "learning_rate", "train_loss", "validation_loss"):
        then, now = ([float(row[name]) for row in some] for some in (after, rows[len(before) :]))
        assert now == pytest.approx(then, rel=1e-5), name
