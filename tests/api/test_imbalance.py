"""A class of one example in a hundred is learnt where it is given weight, and missed where it is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import bpcli
from bpcli.config.sections import Config

CONFIG = """
data: {name: npz, file: rare.npz, validation_fraction: 0.2, test_fraction: 0.5, scale: standard}
model: {layers: [8, 2]}
optimizer: {learning_rate: 0.02, momentum: 0.9}
training: {epochs: 15}
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Two clouds that overlap: 11,880 points of the common class, 120 of the rare one."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    y = np.repeat(["common", "rare"], [11880, 120])
    x = rng.standard_normal((12000, 2)) + np.where(y == "rare", 1.5, 0.0)[:, np.newaxis]
    np.savez("rare.npz", x=x, y=y)
    Path("c.yaml").write_text(CONFIG, encoding="utf-8")
    return "c.yaml"


def recall_of_the_rare(config: Config, run: str) -> float:
    bpcli.train(config, output=run)
    rare = bpcli.evaluate(run, split="test").classes[1]
    assert rare.examples == 60
    return rare.recall


def test_without_weights_it_is_missed(config: str) -> None:
    assert recall_of_the_rare(bpcli.load_config(config), "plain") < 0.3


@pytest.mark.parametrize(
    "override",
    [
        "loss.class_weights=balanced",
        "loss.class_weights={rare: 100}",
        "data.sampling=over",
        "data.sampling=under",
        "data.sampling=balanced",
    ],
)
def test_with_weights_or_sampling_it_is_found(config: str, override: str) -> None:
    settings = bpcli.load_config(config, [override, *(["training.epochs=150"] if "under" in override else [])])
    assert recall_of_the_rare(settings, "weighted") > 0.6


def test_weights_and_balanced_accuracy_choose_the_best_together(config: str) -> None:
    overrides = ["loss.class_weights=balanced", "checkpoint.monitor=validation_balanced_accuracy"]
    result = bpcli.train(bpcli.load_config(config, overrides), require=["test_balanced_accuracy>0.75"])
    assert not result.unmet
    assert "validation_balanced_accuracy" in result.final
