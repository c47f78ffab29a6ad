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
def test_a_run_goes_on_with_it(version: int, tmp_path: Path) -> None:
    run = Path(shutil.copytree(FORMATS / str(version), tmp_path / "run"))
    config = bpcli.load_config(run / "config.yaml", ["training.epochs=4"])
    result = bpcli.train(config, output=run, resume="last")
    assert (result.status, result.epochs) == ("completed", 4)
    assert [row["epoch"] for row in read_log(run / "log.csv")] == ["1", "2", "3", "4"]
