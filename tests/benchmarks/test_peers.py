"""The peers of the benchmarks do the same work: of a batch that is the whole split, their losses agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.cases import CASES, Case
from benchmarks.data import generated_images
from benchmarks.peers import bare, tool
from benchmarks.rounds import Timings, prepare_case
from bpcli.config.load import load_config
from bpcli.experiment.build import build


@pytest.mark.parametrize("optimizer", ["momentum", "adam"])
@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_the_bare_loop_learns_what_bpcli_learns(tmp_path: Path, activation: str, optimizer: str) -> None:
    case = Case("whole", (2, 8, 2), 500, 20, 0.05, activation, optimizer, examples=500)  # type: ignore[arg-type]
    assert prepare_case(case, tmp_path, None, 1) == 20
    saved, data = np.load(tmp_path / "weights.npz"), np.load(tmp_path / "data.npz")
    weights = [(saved[f"W{i}"], saved[f"b{i}"]) for i in range(2)]
    by_hand = bare.prepare(case, data["x"], data["y"], weights)()
    whole, kernels = tool.complete(tmp_path / "config.yaml")(), tool.own_loop(tmp_path / "config.yaml")()
    assert whole.loss / 500 == pytest.approx(by_hand.loss / 500, rel=1e-5)
    assert kernels.loss == pytest.approx(whole.loss, rel=1e-6)
    assert 0 < whole.saving < whole.seconds


@pytest.mark.parametrize("case", CASES.values(), ids=str)
def test_every_case_is_a_config_of_its_network(case: Case, tmp_path: Path) -> None:
    np.savez(tmp_path / "train.npz", x_train=np.zeros((20, case.widths[0])), y_train=np.arange(20) % case.widths[-1])
    data = {"name": "npz", "file": str(tmp_path / "train.npz")}
    (tmp_path / "config.yaml").write_text(str(case.config(data, 1)))
    _, experiment = build(load_config(tmp_path / "config.yaml"))
    assert experiment.objective.network.widths == case.widths


def test_generated_images_are_lit_as_mnist_is() -> None:
    """Of MNIST's 784 pixels 67 are never lit, and 19 % of all are lit."""
    x, y = generated_images()
    share = (x > 0).mean(axis=0)
    assert 40 < (share == 0).sum() < 200
    assert 40 < ((share > 0) & (share < 1e-3)).sum() < 200
    assert 0.1 < share.mean() < 0.3
    assert np.bincount(y).min() > 5000


def test_a_ratio_is_of_one_round_and_not_of_medians() -> None:
    timings = Timings(CASES["2-8-2, batch 4"], 1, 10, {"bpcli": [1.0, 2.0, 4.0], "torch": [3.0, 4.0, 20.0]})
    assert timings.ratio("torch") == (3.0, 2.0, 5.0)
    assert timings.step("bpcli") == 0.2
