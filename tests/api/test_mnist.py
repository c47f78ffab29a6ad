"""Real MNIST, from the command's own config: trained, measured, resumed and gradient-checked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import bpcli

from .conftest import arrays, rows
from .test_train import after

pytestmark = pytest.mark.skipif(
    "BPCLI_TEST_DATA" not in os.environ,
    reason="needs real MNIST: set BPCLI_TEST_DATA to a folder with mnist/ and its four original .gz files",
)

CONFIG = Path(__file__).parents[2] / "configs" / "mnist.yaml"


@pytest.fixture(scope="module")
def overrides(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    files = Path(os.environ.get("BPCLI_TEST_DATA", ""), "mnist").resolve()
    return [f"data.files={files}", f"data.cache_dir={tmp_path_factory.mktemp('cache')}", "threads=1"]


def test_98_percent_on_the_test_set_with_the_best_chosen_on_validation(tmp_path: Path, overrides: list[str]) -> None:
    bpcli.train(bpcli.load_config(CONFIG, overrides), output=tmp_path / "run")
    found = bpcli.evaluate(tmp_path / "run" / "best.npz", overrides=overrides)
    assert found.examples == 10_000
    assert found.metrics["accuracy"] >= 0.98


def test_stopped_in_mid_epoch_and_resumed_it_is_the_run_that_never_stopped(
    tmp_path: Path, overrides: list[str]
) -> None:
    config = bpcli.load_config(CONFIG, [*overrides, "training.epochs=2"])
    bpcli.train(config, output=tmp_path / "straight")
    stopped = bpcli.train(config, output=tmp_path / "stopped", interrupted=after(600))
    assert stopped.status == "interrupted"
    bpcli.train(config, output=tmp_path / "stopped", resume="last")
    assert arrays(tmp_path / "stopped" / "last.npz") == arrays(tmp_path / "straight" / "last.npz")
    assert rows(tmp_path / "stopped") == rows(tmp_path / "straight")


def test_its_gradients_are_right(overrides: list[str]) -> None:
    report = bpcli.gradcheck(CONFIG, overrides=overrides)
    assert report.passed
    assert report.mode == "sampled"
