"""A run of each released format version, kept as it was written: it is read, measured and gone on with for ever."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import bpcli
from bpcli.training.checkpoint import load_checkpoint
from bpcli.training.log import read_log
from bpcli.training.npz import FORMAT_VERSION

FORMATS = Path(__file__).parent / "formats"
VERSIONS = sorted(int(folder.name) for folder in FORMATS.iterdir())


def test_there_is_one_of_each_version() -> None:
    assert list(range(1, FORMAT_VERSION + 1)) == VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_it_is_measured_as_it_was_then(version: int) -> None:
    run = FORMATS / str(version)
    best = load_checkpoint(run / "best.npz").counters.best
    assert best is not None
    measured = bpcli.evaluate(run / "best.npz", split="validation")
    assert measured.loss == pytest.approx(best.value, rel=1e-5)
    with np.load(run / "last.npz", allow_pickle=False) as plain:
        assert plain["layers.0.W"].shape == (2, 6)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_run_goes_on_with_it_as_it_did_then(version: int, tmp_path: Path) -> None:
    """`gone_on.csv` has the epochs that the bpcli of that version added: other weights or slots have other losses."""
    run = Path(shutil.copytree(FORMATS / str(version), tmp_path / "run"))
    before, after = read_log(run / "log.csv"), read_log(run / "gone_on.csv")
    config = bpcli.load_config(run / "config.yaml", [f"training.epochs={len(before) + len(after)}"])
    result = bpcli.train(config, output=run, resume="last")
    assert (result.status, result.epochs) == ("completed", len(before) + len(after))
    rows = read_log(run / "log.csv")
    assert rows[: len(before)] == before
    for name in ("epoch", "step", "learning_rate", "train_loss", "validation_loss"):
        then, now = ([float(row[name]) for row in some] for some in (after, rows[len(before) :]))
        assert now == pytest.approx(then, rel=1e-4), name
