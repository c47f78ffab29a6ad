"""What is done to the data in the stream, through whole trainings."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpcli.api.evaluate import evaluate
from bpcli.api.train import train
from bpcli.config.load import load_config
from bpcli.config.sections import Config, Model, Training
from bpcli.data.augmentation.section import Augmentation
from bpcli.data.sources import Csv, Digits, Inline, Npz
from bpcli.nn.activations import Sigmoid, Tanh
from bpcli.nn.layers import Dense
from bpcli.nn.losses import CrossEntropy, HalfSquaredError, MeanSquaredError
from bpcli.nn.losses.weighted_sum import Part, WeightedSum
from bpcli.optim.sgd import SGD
from bpcli.runs.checkpoint import load_checkpoint

from .conftest import arrays, rows


@pytest.fixture(autouse=True)
def _in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


EVERYTHING = Augmentation(
    shift=1, rotation=10, scale=0.1, shear=5, elastic_alpha=5, elastic_sigma=2, cutout=2, noise=0.05, mixup=0.2
)


def digits(**data: Any) -> Config:
    source = Digits(scale="unit", batch_size=256, validation_fraction=0.1, **data)
    model = Model(layers=(Dense(units=16), Dense(units=10)))
    return Config(name="digits", data=source, model=model, training=Training(epochs=2))


def after(steps: int) -> Callable[[], bool]:
    """An interruption that comes after so many steps."""
    count = itertools.count(1)
    return lambda: next(count) == steps


@pytest.mark.parametrize("sampling", ["none", "over", "under", "balanced"])
def test_a_resume_in_mid_epoch_is_exact_with_augmentation_and_sampling(sampling: str) -> None:
    config = digits(sampling=sampling, augmentation=EVERYTHING)
    whole = train(config, output="whole")
    for steps in (3, whole.steps - 1):
        stopped = train(config, output=f"at{steps}", interrupted=after(steps))
        assert (stopped.status, stopped.steps) == ("interrupted", steps)
        train(config, output=f"at{steps}", resume="last")
        assert arrays(Path(f"at{steps}/last.npz")) == arrays(Path("whole/last.npz"))
        assert rows(Path(f"at{steps}")) == rows(Path("whole"))


def test_augmentation_is_for_training_only() -> None:
    """So a network that is not trained measures the same with it and without."""
    still = SGD(learning_rate=1e-30)
    plain, augmented = (
        train(replace(digits(augmentation=augmentation), optimizer=still), output=f"run{n}")
        for n, augmentation in enumerate((None, EVERYTHING))
    )
    assert plain.final["validation_loss"] == pytest.approx(augmented.final["validation_loss"], rel=1e-6)
    assert plain.final["train_loss"] != augmented.final["train_loss"]
    assert evaluate("run0", split="train").loss == pytest.approx(evaluate("run1", split="train").loss, rel=1e-6)


def test_a_written_config_with_augmentation_reads_back() -> None:
    config = digits(sampling="over", augmentation=EVERYTHING)
    train(config, output="run")
    assert load_config("run/config.yaml").data == config.data


def test_an_autoencoder_is_measured_by_its_reconstruction_error() -> None:
    config = replace(
        digits(target="input"),
        model=Model(layers=(Dense(units=32), Dense(units=64, activation=Sigmoid()))),
        loss=MeanSquaredError(),
        optimizer=SGD(learning_rate=5.0, momentum=0.9),
        training=Training(epochs=20),
    )
    train(config, output="run")
    first, *_, last = (float(row["validation_loss"]) for row in rows(Path("run")))
    assert last < first / 1.5
    evaluation = evaluate("run")
    assert evaluation.metrics["rmse"] ** 2 == pytest.approx(evaluation.loss, rel=1e-5)
    assert evaluation.class_names == ()


@pytest.mark.parametrize(("sampling", "low", "high"), [("none", 0.0, 0.3), ("over", 0.9, 1.0), ("balanced", 0.9, 1.0)])
def test_a_class_of_one_percent_is_learnt_by_sampling(sampling: str, low: float, high: float) -> None:
    """Two overlapping clouds; what is measured is the recall of the rare class."""
    rng = np.random.default_rng(0)
    y = (np.arange(4000) % 100 == 0).astype(np.intp)
    np.savez("d.npz", x=rng.standard_normal((4000, 2)) + 1.6 * y[:, np.newaxis], y=y)
    config = Config(
        name="rare",
        data=Npz(file="d.npz", sampling=sampling, test_fraction=0.5),  # type: ignore[arg-type]
        model=Model(layers=(Dense(units=8, activation=Tanh()), Dense(units=2))),
        training=Training(epochs=5),
    )
    train(config, output="run")
    rare = evaluate("run").classes[1]
    assert rare.examples == 20
    assert low <= rare.recall <= high


def test_several_targets_are_trained_resumed_and_kept_in_the_checkpoint() -> None:
    lines = [f"{i % 7},{i % 5},{(i % 7) / 2},{'yes' if i % 5 > 2 else 'no'}" for i in range(60)]
    Path("t.csv").write_text("\n".join(["a,b,half,large", *lines]))
    config = Config(
        name="several",
        data=Csv(file="t.csv", target=("half", "large")),
        model=Model(layers=(Dense(units=3),)),
        loss=WeightedSum(
            parts=(Part(name="half", loss=MeanSquaredError()), Part(name="large", loss=CrossEntropy())),
        ),
        training=Training(epochs=3),
    )
    whole = train(config, output="whole")
    assert set(whole.final) >= {"train_loss"}
    info = load_checkpoint("whole/last.npz").info
    assert (info.target_names, info.target_classes) == (("half", "large"), ((), ("no", "yes")))
    train(config, output="stopped", interrupted=after(3))
    train(config, output="stopped", resume="last")
    assert arrays(Path("stopped/last.npz")) == arrays(Path("whole/last.npz"))


def test_an_inline_example_is_trained_as_it_stands_in_the_config() -> None:
    Path("c.yaml").write_text(
        "data: {name: inline, inputs: [[0, 0, 1, 1]], targets: [[0, 0, 1]]}\n"
        "model: {layers: [5, 3], activation: sigmoid, output: sigmoid}\n"
        "loss: half_squared_error\n"
        "training: {epochs: 1}\n"
    )
    config = load_config("c.yaml")
    assert isinstance(config.data, Inline)
    assert isinstance(config.loss, HalfSquaredError)
    result = train(config, output="run")
    assert (result.steps, result.status) == (1, "completed")
    assert load_config("run/config.yaml").data == replace(config.data, task="regression")
