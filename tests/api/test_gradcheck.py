"""`bpcli.gradcheck`: the gradients of everything, of a config, and of a trained checkpoint."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import bpcli
from bpcli.config.load import config_to_yaml
from bpcli.config.sections import Config, Regularization
from bpcli.errors import UsageError
from bpcli.nn.layers import DenseLayer


@pytest.fixture(autouse=True)
def _in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_combination_is_right_to_a_millionth() -> None:
    report = bpcli.gradcheck()
    assert report.passed
    assert report.max_relative_error < 1e-6
    assert len(report.cases) > 300


def test_a_config_is_checked_on_its_own_data_penalties_included(moons: Config) -> None:
    config = replace(moons, regularization=Regularization(l2=0.1, l1=0.01))
    Path("moons.yaml").write_text(config_to_yaml(config))
    report = bpcli.gradcheck("moons.yaml")
    assert report.passed
    assert [tensor.name for tensor in report.tensors] == ["layers.0.W", "layers.1.W", "layers.0.b", "layers.1.b"]
    assert report.mode == "all entries"
    assert report == bpcli.gradcheck(config)
    assert not bpcli.gradcheck(config, inject="no-penalty").passed


def test_a_trained_checkpoint_is_checked_with_its_weights(moons: Config) -> None:
    bpcli.train(moons, output="run")
    fresh, trained = bpcli.gradcheck(moons), bpcli.gradcheck("run/best.npz")
    assert trained.passed
    assert trained.loss < fresh.loss


@pytest.mark.parametrize("fault", ["wrong-sign", "no-average", "no-derivative", "no-penalty", "transposed"])
def test_a_planted_bug_is_caught(moons: Config, fault: str) -> None:
    assert not bpcli.gradcheck(moons, inject=fault).passed  # type: ignore[arg-type]


@pytest.mark.parametrize("fault", ["wrong-sign", "no-average", "no-derivative", "no-penalty", "transposed"])
def test_a_planted_bug_is_caught_in_every_combination_that_can_show_it(fault: str) -> None:
    report = bpcli.gradcheck(inject=fault, fast=True)  # type: ignore[arg-type]
    assert [name for name, case in report.cases if case.passed] == []


def test_a_seed_below_zero_is_refused(moons: Config) -> None:
    with pytest.raises(UsageError, match="seed is -1, but it must be 0 or more"):
        bpcli.gradcheck(moons, seed=-1)


def test_a_mistake_in_the_layers_that_train_is_found(monkeypatch: pytest.MonkeyPatch, moons: Config) -> None:
    """What is proved is what is used."""
    assert bpcli.gradcheck(moons).passed
    backward = DenseLayer.backward

    def forgetful(layer: DenseLayer, dZ: np.ndarray, *, need_dX: bool) -> np.ndarray | None:
        dX = backward(layer, dZ, need_dX=need_dX)
        assert layer.db is not None
        layer.db /= 2
        return dX

    monkeypatch.setattr(DenseLayer, "backward", forgetful)
    report = bpcli.gradcheck(moons)
    assert [tensor.name for tensor in report.tensors if tensor.verdict == "wrong"] == ["layers.0.b", "layers.1.b"]
