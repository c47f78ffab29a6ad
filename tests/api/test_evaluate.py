"""`bpcli.evaluate`: the checkpoint alone is enough, and the numbers are those of the examples one by one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bpcli.api.evaluate import evaluate
from bpcli.api.gradcheck import gradcheck
from bpcli.api.train import train
from bpcli.config.build import build
from bpcli.config.sections import Config, Model
from bpcli.data.scaling import Scaler
from bpcli.data.sources import Csv, Npz
from bpcli.errors import CheckpointError, UsageError
from bpcli.nn.initializers import Zeros
from bpcli.nn.layers import Dense
from bpcli.nn.losses import MeanSquaredError
from bpcli.optim.schedules import Plateau
from bpcli.optim.sgd import SGD
from bpcli.training.checkpoint import load_checkpoint, restore_answers
from bpcli.training.evaluate import measure


@pytest.fixture(autouse=True)
def _in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def by_hand(config: Config, split: str) -> tuple[np.ndarray, np.ndarray]:
    """The probabilities of a relu network with a softmax, in float64, and the labels."""
    saved = load_checkpoint("run/last.npz").arrays
    examples = config.data.load(config.seed).split(split)  # type: ignore[arg-type]
    rows = slice(None) if examples.rows is None else examples.rows
    hidden = np.maximum(examples.x[rows] @ saved["layers.0.W"].astype(float) + saved["layers.0.b"], 0)
    z = hidden @ saved["layers.1.W"].astype(float) + saved["layers.1.b"]
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True), examples.y[rows]


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_every_number_is_that_of_the_examples_one_by_one(moons: Config, split: str) -> None:
    train(moons, output="run")
    found = evaluate("run/last.npz", split=split)
    p, y = by_hand(moons, split)
    predicted = p.argmax(axis=1)
    assert (found.split, found.examples, found.data) == (split, len(y), "moons")
    assert found.loss == pytest.approx(-np.log(p[np.arange(len(y)), y]).mean(), rel=1e-5)
    assert found.metrics["accuracy"] == (predicted == y).mean()
    assert found.metrics["mcc"] == pytest.approx(np.corrcoef(predicted, y)[0, 1])
    pairs = p[y == 1, 1][:, np.newaxis] > p[y == 0, 1]
    assert found.metrics["roc_auc"] == pairs.mean() == found.classes[1].roc_auc
    matrix = [[int(((y == i) & (predicted == j)).sum()) for j in range(2)] for i in range(2)]
    assert [list(row) for row in found.confusion_matrix] == matrix
    assert found.classes[1].recall == matrix[1][1] / sum(matrix[1])
    assert found.classes[1].precision == matrix[1][1] / (matrix[0][1] + matrix[1][1])


def test_mistakes_come_the_most_confident_first_under_their_row_in_the_data(moons: Config) -> None:
    train(moons, output="run")
    found = evaluate("run/last.npz", split="train")
    p, y = by_hand(moons, "train")
    rows = moons.data.load(moons.seed).train.rows
    wrong = sorted(np.flatnonzero(p.argmax(axis=1) != y), key=lambda i: -p[i].max())[:10]
    assert rows is not None
    assert wrong
    assert [mistake.index for mistake in found.mistakes] == [int(rows[i]) for i in wrong]
    assert found.mistakes[0].confidence == pytest.approx(p[wrong[0]].max(), rel=1e-5)


def test_the_last_split_there_is_is_measured_unless_one_is_named(moons: Config, xor: Config) -> None:
    train(moons, output="run")
    train(xor, output="xor")
    assert evaluate("run").split == "test"
    assert evaluate("xor").split == "train"
    with pytest.raises(UsageError, match="xor has no test split here: it has train"):
        evaluate("xor", split="test")


def test_a_validation_metric_is_what_the_log_says(moons: Config) -> None:
    result = train(moons, output="run")
    found = evaluate("run/last.npz", split="validation")
    assert found.loss == pytest.approx(result.final["validation_loss"], rel=1e-6)
    assert found.metrics["accuracy"] == result.final["validation_accuracy"]


def test_regression_is_measured_in_its_own_metrics(moons: Config) -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((80, 3))
    np.savez("table.npz", x=x, y=x @ [[1.0], [-2.0], [0.5]] + 3)
    config = replace(
        moons,
        data=Npz(file="table.npz", validation_fraction=0.2, batch_size=8),
        model=Model(layers=(Dense(units=1),)),
        loss=MeanSquaredError(),
        training=replace(moons.training, epochs=40),
        optimizer=replace(moons.optimizer, learning_rate=0.02),
    )
    result = train(config, output="run", require=["test_r2>0.99", "validation_rmse<0.3"])
    assert not result.unmet
    found = evaluate("run/last.npz")
    assert set(found.metrics) == {"mae", "rmse", "r2"}
    assert found.metrics["rmse"] ** 2 == pytest.approx(found.loss, rel=1e-5)
    assert (found.class_names, found.confusion_matrix, found.mistakes, found.targets) == ((), (), (), ())
    assert found.to_dict()["confusion_matrix"] is None


@pytest.mark.parametrize(("columns", "rows"), [(2, 2), (20, 20), (21, 0)])
def test_each_of_a_few_target_columns_is_measured_apart(moons: Config, columns: int, rows: int) -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((80, 3))
    np.savez("table.npz", x=x, y=x @ rng.standard_normal((3, columns)))
    config = replace(
        moons,
        data=Npz(file="table.npz", batch_size=8),
        model=Model(layers=(Dense(units=columns),)),
        loss=MeanSquaredError(),
    )
    train(config, output="run")
    found = evaluate("run")
    assert [score.name for score in found.targets] == [f"y{i}" for i in range(rows)]
    if rows:
        assert np.mean([score.mae for score in found.targets]) == pytest.approx(found.metrics["mae"])
        assert found.to_dict()["targets"][1]["r2"] == found.targets[1].r2


def test_what_is_undefined_is_null(moons: Config) -> None:
    still = SGD(learning_rate=1e-12)
    train(replace(moons, model=Model(layers=(Dense(units=2),), init=Zeros()), optimizer=still), output="run")
    found = evaluate("run").to_dict()
    assert found["metrics"]["mcc"] == 0, "it answers the first class alone"
    assert found["metrics"]["roc_auc"] == found["metrics"]["balanced_accuracy"] == 0.5
    assert (found["classes"][1]["precision"], found["classes"][1]["recall"]) == (None, 0)


def test_the_json_object_has_the_promised_keys(moons: Config) -> None:
    train(moons, output="run")
    data = evaluate("run/best.npz").to_dict()
    promised = ["checkpoint", "data", "split", "examples", "loss", "metrics", "confusion_matrix", "class_names"]
    assert list(data)[: len(promised)] == promised
    assert "accuracy" in data["metrics"]


def test_scaling_is_that_of_the_checkpoint_not_fitted_anew(moons: Config) -> None:
    train(replace(moons, data=replace(moons.data, scale="standard")), output="run")
    saved = load_checkpoint("run/last.npz")
    more = replace(moons, data=replace(moons.data, scale="standard", samples=400))

    def loss(scaler: Scaler | None) -> float:
        _, experiment = build(more, scaler=scaler)
        restore_answers(saved, experiment.objective.network)
        return measure(experiment.objective, experiment.splits["test"](), experiment.metrics())["loss"]

    assert evaluate("run/last.npz", overrides=["data.samples=400"]).loss == loss(saved.scaler) != loss(None)


def test_a_checkpoint_of_another_network_is_refused(moons: Config) -> None:
    train(moons, output="run")
    with pytest.raises(CheckpointError, match=r"is of another network: layers\.0\.W has shape \(2, 6\), not \(2, 9\)"):
        evaluate("run/last.npz", overrides=["model.layers[0].units=9"])


def test_data_of_other_classes_are_refused(moons: Config) -> None:
    x = np.random.default_rng(0).standard_normal((40, 2))
    for name, classes in {"pets": ("cat", "dog"), "fish": ("dog", "eel")}.items():
        np.savez(f"{name}.npz", x=x, y=np.array(classes)[(x[:, 0] > 0).astype(int)])
    train(replace(moons, data=Npz(file="pets.npz", validation_fraction=0.25, batch_size=8)), output="run")
    with pytest.raises(CheckpointError, match="its targets are cat, dog, and those of these data dog, eel: write"):
        evaluate("run", overrides=["data.file=fish.npz"])


def test_data_without_a_validation_split_can_be_measured_whatever_the_training_watched(moons: Config) -> None:
    train(replace(moons, schedule=Plateau()), output="run")
    found = evaluate("run", overrides=["data.validation_fraction=0"])
    assert found.examples > 0
    assert gradcheck("run", overrides=["data.validation_fraction=0"]).passed


def test_data_whose_columns_are_exchanged_are_refused(moons: Config) -> None:
    for name, header in (("one", "a,b,side"), ("other", "b,a,side")):
        rows = [f"{i % 7},{i % 5},{'up' if i % 2 else 'down'}" for i in range(40)]
        Path(f"{name}.csv").write_text("\n".join([header, *rows]) + "\n")
    train(replace(moons, data=Csv(file="one.csv", batch_size=8)), output="run")
    with pytest.raises(
        CheckpointError, match="its columns are a, b, and those of these data b, a: put them in its order"
    ):
        evaluate("run", overrides=["data.file=other.csv"])


@pytest.mark.parametrize("change", ["regularization.l2=0.5", "model.dropout=0.5", "model.activation=tanh"])
def test_a_change_that_each_layer_of_a_checkpoint_overrules_is_refused(moons: Config, change: str) -> None:
    train(moons, output="run")
    key = change.partition("=")[0]
    for measure_it in (evaluate, gradcheck):
        with pytest.raises(UsageError, match=f"{key} would change nothing: each layer of a checkpoint states it"):
            measure_it("run", overrides=[change])  # type: ignore[operator]


def test_a_split_that_may_hold_what_was_learnt_is_said_to(moons: Config) -> None:
    train(moons, output="run")
    assert evaluate("run").warnings == ()
    (warning,) = evaluate("run", overrides=["seed=7"]).warnings
    assert warning.endswith("split otherwise: the test split may hold examples it has learnt from")
    assert evaluate("run", split="train", overrides=["seed=7"]).warnings == ()
    assert evaluate("run", overrides=["data.noise=0.3"]).warnings == ()
