"""Several objectives in one network, from a table with columns of classes and of numbers."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

import bpcli
from bpcli.errors import ConfigError

from .conftest import arrays, rows
from .test_train import after

CONFIG = """
data: {name: csv, file: flowers.csv, target: [species, width, tall], validation_fraction: 0.2}
model: {layers: [12, 5]}
loss:
  name: weighted_sum
  parts:
    - {name: species, loss: cross_entropy}
    - {name: size, target: width, loss: huber, weight: 0.5}
    - {name: tall, loss: cross_entropy, activation: sigmoid}
optimizer: {learning_rate: 0.05, momentum: 0.9}
training: {epochs: 30}
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    species = rng.integers(0, 3, 150)
    x = rng.standard_normal((150, 3)) + 2 * species[:, np.newaxis]
    with open("flowers.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["a", "b", "c", "species", "width", "tall"])
        for row, kind in zip(x, species, strict=True):
            writer.writerow(
                [*row, ["setosa", "versicolor", "virginica"][kind], row.sum() / 3, ["no", "yes"][int(row[0] > 1)]]
            )
    Path("c.yaml").write_text(CONFIG, encoding="utf-8")
    return "c.yaml"


def test_each_part_is_logged_apart_and_learnt(config: str) -> None:
    result = bpcli.train(bpcli.load_config(config), output="run")
    first, last = rows(Path("run"))[0], rows(Path("run"))[-1]
    for part in ("species", "size", "tall"):
        assert float(last[f"validation_{part}_loss"]) < 0.8 * float(first[f"validation_{part}_loss"])
    sums = sum(w * float(last[f"train_{part}_loss"]) for part, w in (("species", 1), ("size", 0.5), ("tall", 1)))
    assert float(last["train_loss"]) == pytest.approx(sums, rel=1e-6)
    assert result.final["validation_tall_accuracy"] > 0.9
    assert result.final["validation_size_r2"] > 0.9
    assert result.final.keys() == last.keys() - {"epoch", "step", "learning_rate"}


def test_eval_measures_every_part(config: str) -> None:
    bpcli.train(bpcli.load_config(config), output="run")
    metrics = bpcli.evaluate("run").metrics
    assert {"species_loss", "species_macro_f1", "species_mcc", "size_rmse", "tall_roc_auc"} <= metrics.keys()


def test_its_gradients_are_right(config: str) -> None:
    report = bpcli.gradcheck(config, samples=50)
    assert report.passed
    assert report.max_relative_error < 1e-6


def test_parts_can_be_monitored_required_and_resumed(config: str) -> None:
    settings = bpcli.load_config(config, ["checkpoint.monitor=validation_species_macro_f1"])
    straight = bpcli.train(settings, output="straight", require=["test_tall_accuracy>=0.8", "test_species_mcc>0"])
    assert not straight.unmet
    bpcli.train(settings, output="stopped", interrupted=after(37))
    bpcli.train(settings, output="stopped", resume="last")
    assert arrays(Path("stopped/last.npz")) == arrays(Path("straight/last.npz"))
    assert rows(Path("stopped")) == rows(Path("straight"))


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("model.layers[1].units=4", "the output layer has 4 units, but the parts of the loss need 5: write 5"),
        ("loss.parts[1].target=with", "there is no target column 'with': there are species, width, tall"),
        ("loss.parts[1].loss=cross_entropy", "cross_entropy needs classes, but width has numbers: write loss: mse"),
        ("loss.parts[0].loss=mse", "mse compares numbers, but species has classes: write loss: cross_entropy"),
        ("loss.parts[0].activation=sigmoid", "a sigmoid tells two classes, but species has 3: write softmax"),
        ("loss.parts[0].activation=tanh", "cross_entropy takes softmax or sigmoid outputs, not tanh: leave it out"),
        ("loss={name: weighted_sum, parts: [{name: species, loss: mse}]}", "loss.parts must have at least 2 entries"),
        (
            "loss.parts[0].target=[species, width]",
            "a column of classes has a part to itself: give each of these its own part",
        ),
        ("loss.parts[2].name=species", "2 parts are called species: give each a name of its own"),
        ("loss.parts[0].name=Species", "a name for metrics has small letters, digits and _: write such a one"),
        ("loss.parts[0].loss={name: cross_entropy, reduction: sum}", "the parts share one reduction"),
        (
            "loss.parts[0].loss={name: cross_entropy, class_weights: {rose: 2}}",
            "there is no class 'rose': there are setosa",
        ),
        ("model.output=softmax", "each part of a weighted_sum states its own activation: leave it out here"),
        (
            "loss=mse",
            "write loss: {name: weighted_sum, parts: [{name: species, loss: cross_entropy}, {name: width, loss: mse}, ",
        ),
        ("data={name: iris}", "weighted_sum needs several target columns, such as data.target: [a, b] of a csv"),
    ],
)
def test_what_does_not_go_together_is_refused_with_what_to_write(config: str, override: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        bpcli.train(bpcli.load_config(config, [override]), dry_run=True)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("{name: size, target: width, loss: poisson}", "poisson needs targets that are 0 or more"),
        (
            "{name: size, target: width, loss: kl_divergence}",
            "a softmax of one output is always 1, and width is one column of numbers: write loss: mse, and",
        ),
        ("{name: species_size, target: width, loss: mse}", "metrics of species could be taken for those of species_"),
    ],
)
def test_a_part_is_refused_as_a_loss_by_itself_would_be(config: str, part: str, message: str) -> None:
    text = CONFIG.replace("{name: size, target: width, loss: huber, weight: 0.5}", part)
    Path("c.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        bpcli.train(bpcli.load_config("c.yaml"), dry_run=True)
