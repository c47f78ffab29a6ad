"""What of two runs is not the same is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from bpcli.runs.checkpoint import pack_checkpoint
from bpcli.runs.compare import differences
from bpcli.runs.log import Log
from bpcli.training.events import Evaluated
from tests.training.conftest import MakeExperiment, file_of


@pytest.fixture
def runs(experiment: MakeExperiment, tmp_path: Path) -> tuple[Path, Path]:
    """A run and its copy."""
    trained = experiment()
    run, copy = tmp_path / "run", tmp_path / "copy"
    run.mkdir()
    log = Log(run / "log.csv", ["train_loss"])
    log.start()
    log.append(Evaluated(1, 5, 0.1, {"train_loss": 0.5}, improved=True), seconds=1, examples_per_second=1)
    for name in ("last.npz", "best.npz"):
        (run / name).write_bytes(file_of(pack_checkpoint(trained, trained.start(), config={}, fingerprint={})))
    shutil.copytree(run, copy)
    return run, copy


def test_a_copy_is_the_same_but_for_the_clock(runs: tuple[Path, Path], experiment: MakeExperiment) -> None:
    assert differences(*runs) == []
    trained = experiment()
    state = trained.start()
    state.counters.seconds = 7.0
    (runs[1] / "last.npz").write_bytes(file_of(pack_checkpoint(trained, state, config={}, fingerprint={})))
    text = (runs[1] / "log.csv").read_text()
    (runs[1] / "log.csv").write_text(text.replace(",1.000,1\n", ",2.000,3\n"))
    assert differences(*runs) == []


def test_a_weight_a_counter_and_a_row_are_named(runs: tuple[Path, Path], experiment: MakeExperiment) -> None:
    trained = experiment()
    state = trained.start()
    state.counters.epoch = 3
    trained.objective.network.parameters.views["layers.1.W"][0, 0] = np.nextafter(np.float32(1), np.float32(2))
    for name in ("last.npz", "best.npz"):
        (runs[1] / name).write_bytes(file_of(pack_checkpoint(trained, state, config={"name": "x"}, fingerprint={})))
    text = (runs[1] / "log.csv").read_text()
    (runs[1] / "log.csv").write_text(text.replace("0.5", "0.25"))
    changed = ["config", "counters", "layers.1.W"]
    assert differences(*runs) == [
        *(f"last.npz: {key}" for key in changed),
        *(f"best.npz: {key}" for key in changed),
        "log.csv",
    ]


@pytest.mark.parametrize("which", [0, 1])
def test_what_is_missing_is_a_difference(runs: tuple[Path, Path], which: int) -> None:
    (runs[which] / "best.npz").unlink()
    found = differences(*runs)
    assert "best.npz: layers.0.W" in found
    assert "best.npz: counters" in found
    (runs[which] / "last.npz").unlink()
    assert "last.npz: layers.0.W" in differences(*runs)


def test_two_folders_without_a_checkpoint_are_not_the_same_run(tmp_path: Path) -> None:
    assert differences(tmp_path, tmp_path) == ["last.npz is missing"]
