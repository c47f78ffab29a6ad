"""`bpcli.evaluate`: the checkpoint alone is enough, and the numbers are those of the examples one by one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bpcli.api.evaluate import evaluate
from bpcli.api.gradcheck import gradcheck
from bpcli.api.measured_rows import MeasuredRows
from bpcli.api.train import train
from bpcli.config.load import config_from_data
from bpcli.config.sections import Config, Model, Training
from bpcli.data.scaling import Scaler
from bpcli.data.sources import Csv, Npz
from bpcli.data.sources.stream import Stream
from bpcli.errors import CheckpointError, ConfigError, UsageError
from bpcli.experiment.build import build
from bpcli.nn.initializers import Zeros
from bpcli.nn.layers import Dense
from bpcli.nn.losses import CrossEntropy, MeanSquaredError
from bpcli.optim.schedules import Plateau
from bpcli.optim.sgd import SGD
from bpcli.runs import npz
from bpcli.runs.checkpoint import load_checkpoint, restore_answers
from bpcli.training.evaluate import measure
from bpcli.training.events import Event, Started
from tests.training.conftest import file_of

from .conftest import with_training


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


def test_mistakes_of_a_confidence_that_rounds_to_1_come_by_what_the_raw_outputs_say(moons: Config) -> None:
    train(moons, output="run")
    saved = load_checkpoint("run/last.npz")
    for split, factor in (("plain", 1), ("saturated", 1e5)):
        arrays = {
            name: array * factor if name.startswith("layers.1") else array for name, array in saved.arrays.items()
        }
        header, _ = npz.unpack(Path("run/last.npz"))
        stored = {**arrays, "scaler.shift": saved.scaler.shift, "scaler.factor": saved.scaler.factor}
        Path(f"{split}.npz").write_bytes(
            file_of(npz.pack(header, {n: np.asarray(a, np.float32) for n, a in stored.items()}))
        )
    plain, saturated = (evaluate(f"{split}.npz", split="train").mistakes for split in ("plain", "saturated"))
    assert {mistake.confidence for mistake in saturated} == {1.0}
    assert len(saturated) > 2
    assert [mistake.index for mistake in saturated] == [mistake.index for mistake in plain]


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
    still = SGD(learning_rate=1e-60)
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

    assert (
        evaluate("run/last.npz", split="test", overrides=["data.samples=400"]).loss == loss(saved.scaler) != loss(None)
    )


def test_a_checkpoint_of_another_network_is_refused(moons: Config) -> None:
    train(moons, output="run")
    with pytest.raises(CheckpointError, match=r"is of another network: layers\.0\.W has shape \(2, 6\), not \(2, 9\)"):
        evaluate("run/last.npz", overrides=["model.layers[0].units=9"])


def test_data_of_other_classes_are_refused(moons: Config) -> None:
    x = np.random.default_rng(0).standard_normal((40, 2))
    for name, classes in {"pets": ("cat", "dog"), "fish": ("dog", "eel")}.items():
        np.savez(f"{name}.npz", x=x, y=np.array(classes)[(x[:, 0] > 0).astype(int)])
    train(replace(moons, data=Npz(file="pets.npz", validation_fraction=0.25, batch_size=8)), output="run")
    with pytest.raises(CheckpointError, match="'eel' is not one of the classes cat, dog"):
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
        CheckpointError, match="its feature 1 is a, and that of these data b: put the columns in its order"
    ):
        evaluate("run", overrides=["data.file=other.csv"])


@pytest.mark.parametrize("change", ["regularization.l2=0.5", "model.dropout=0.5", "model.activation=tanh"])
def test_a_change_that_each_layer_of_a_checkpoint_overrules_is_refused(moons: Config, change: str) -> None:
    train(moons, output="run")
    key = change.partition("=")[0]
    for measure_it in (evaluate, gradcheck):
        with pytest.raises(UsageError, match=f"{key} would change nothing: each layer of a checkpoint states it"):
            measure_it("run", overrides=[change])  # type: ignore[operator]


def table(path: str, rows: slice = slice(None), *, shift: float = 0.0) -> None:
    """Write rows of a table of 200 points, or of another one, as CSV; the classes can hardly be told apart."""
    rng = np.random.default_rng(5)
    x, y = rng.standard_normal((200, 2)) + shift, rng.integers(0, 2, 200)
    lines = [f"{a!r},{b!r},{'yes' if c else 'no'}\n" for (a, b), c in zip(x.tolist(), y, strict=True)]
    Path(path).write_text("a,b,side\n" + "".join(lines[rows]))


@pytest.fixture
def trained(moons: Config) -> Path:
    """A run that has learned 128 of the 200 rows of t.csv: 40 are its test split, 32 its validation split."""
    table("t.csv")
    data = Csv(file="t.csv", target="side", batch_size=8, validation_fraction=0.2)
    run = train(replace(moons, data=data), output="run").run
    assert run is not None
    return run


@pytest.mark.parametrize("split", [None, "validation", "test"])
def test_of_a_split_as_in_training_none_was_learned(trained: Path, split: str | None) -> None:
    found = evaluate(trained, split=split)
    chose = split == "validation"
    assert found.rows == MeasuredRows("as in training", 32 if chose else 40, learned=0, chose_epoch=chose)
    assert str(found.rows).endswith("it was trained on, but they chose the best epoch") == chose
    assert found.warnings == ()
    assert found.to_dict()["rows"] == {
        "which": "as in training",
        "measured": found.examples,
        "learned": 0,
        "exact": True,
        "chose_epoch": chose,
    }


def test_the_training_split_is_said_to_be_what_was_learned_and_is_nothing_to_warn_of(trained: Path) -> None:
    found = evaluate(trained, split="train")
    assert found.rows is not None
    assert (found.rows.measured, found.rows.learned, str(found.rows)) == (128, 128, "those it was trained on")
    assert found.warnings == ()


@pytest.mark.parametrize(
    "change", ["data.test_fraction=0.6", "data.validation_fraction=0.5", "seed=7", "data.validation_fraction=0"]
)
def test_a_split_drawn_anew_says_how_many_of_its_rows_were_learned(trained: Path, change: str) -> None:
    split = "validation" if "validation_fraction=0.5" in change else "test"
    found = evaluate(trained, split=split, overrides=[change])
    saved = load_checkpoint(trained / "best.npz").config
    before, after = (config_from_data(saved, changes) for changes in ([], [change]))
    then = before.data.load(before.seed).train.rows
    now = after.data.load(after.seed).split(split).rows  # type: ignore[arg-type]
    assert then is not None
    assert now is not None
    learned = len(set(then.tolist()) & set(now.tolist()))
    assert found.rows == MeasuredRows("split otherwise", len(now), learned)
    said = f"{learned} of {len(now)} rows equal a row it was trained on"
    assert str(found.rows) == said
    assert found.warnings == ((f"{said}: the figures say less of rows it has not seen",) if learned else ())
    assert bool(learned) == (change != "data.validation_fraction=0")


def test_the_same_file_by_another_name_is_split_as_in_training(trained: Path) -> None:
    Path("t.csv").rename("elsewhere.csv")
    found = evaluate(trained, overrides=["data.file=elsewhere.csv"])
    assert (found.split, found.examples, found.warnings) == ("test", 40, ())
    assert found.rows is not None
    assert (found.rows.which, found.rows.learned) == ("as in training", 0)


def test_of_the_same_rows_in_another_order_all_are_measured_and_those_learned_are_counted(trained: Path) -> None:
    table("turned.csv", slice(None, None, -1))
    found = evaluate(trained, overrides=["data.file=turned.csv"])
    assert (found.split, found.examples) == ("all", 200)
    assert found.rows == MeasuredRows("all rows", 200, 128)
    assert found.warnings == (
        "128 of 200 rows equal a row it was trained on: the figures say less of rows it has not seen",
    )


def test_of_another_file_all_rows_are_measured_unless_a_split_or_fraction_is_given(trained: Path) -> None:
    table("other.csv", slice(0, 50), shift=0.25)
    found = evaluate(trained, overrides=["data.file=other.csv"])
    assert (found.split, found.examples, found.warnings) == ("all", 50, ())
    assert found.rows == MeasuredRows("all rows", 50, 0)
    assert evaluate(trained, split="test", overrides=["data.file=other.csv"]).examples == 10
    assert evaluate(trained, overrides=["data.file=other.csv", "data.test_fraction=0.5"]).examples == 25
    assert evaluate(trained, overrides=["data.file=other.csv", "seed=3"]).examples == 50


def test_another_file_may_have_too_few_rows_to_be_split(trained: Path) -> None:
    Path("few.csv").write_text("a,b,side\n1,2,yes\n3,4,no\n")
    found = evaluate(trained, overrides=["data.file=few.csv"])
    assert found.rows == MeasuredRows("all rows", 2, 0)
    with pytest.raises(ConfigError, match=r"test_fraction 0\.1 of 2 examples leaves nothing in a split"):
        evaluate(trained, overrides=["data.file=few.csv", "data.test_fraction=0.1"])
    with pytest.raises(UsageError, match="csv has no test split here: it has train, all"):
        evaluate(trained, split="test", overrides=["data.file=few.csv"])


def test_a_file_that_was_changed_in_its_place_is_another_file(trained: Path) -> None:
    table("t.csv", slice(0, 180))
    found = evaluate(trained)
    assert found.rows is not None
    assert (found.split, found.rows.which, found.rows.measured) == ("all", "all rows", 180)
    assert found.warnings


def test_all_rows_can_be_asked_for(trained: Path, xor: Config) -> None:
    found = evaluate(trained, split="all", require=["all_accuracy>=0"])
    assert found.rows == MeasuredRows("all rows", 200, 128)
    assert not found.unmet
    np.savez("parts.npz", **{f"{axis}_{split}": PARTS[axis] for split in ("train", "test") for axis in "xy"})
    train(replace(xor, data=Npz(file="parts.npz"), training=Training(epochs=1)), output="parts")
    with pytest.raises(UsageError, match="npz has no all split here: it has train, test"):
        evaluate("parts", split="all")


PARTS = {"x": np.eye(4), "y": np.array([0, 1, 0, 1])}


def test_other_data_that_come_with_a_test_split_are_measured_on_that(xor: Config) -> None:
    for name, shift in (("parts", 0), ("others", 1)):
        arrays = {f"{axis}_{split}": PARTS[axis] for split in ("train", "test") for axis in "xy"}
        np.savez(f"{name}.npz", **{**arrays, "x_test": PARTS["x"] + shift})
    train(replace(xor, data=Npz(file="parts.npz"), training=Training(epochs=1)), output="parts")
    same = evaluate("parts")
    assert same.rows == MeasuredRows("as in training", 4, 4), "equal rows in both splits are counted"
    assert same.warnings == (), "and may be so, as in a table of few different rows"
    other = evaluate("parts", overrides=["data.file=others.npz"])
    assert (other.split, other.examples) == ("test", 4)


def test_a_reconstruction_counts_inputs_alone(trained: Path, moons: Config) -> None:
    model = Model(layers=(Dense(units=1), Dense(units=2)))
    data = Csv(file="t.csv", target="input", batch_size=8)
    Path("t.csv").write_text("a,b\n" + "".join(f"{i},{i % 9}.5\n" for i in range(40)))
    train(replace(moons, data=data, model=model, loss=MeanSquaredError()), output="auto")
    found = evaluate("auto", overrides=["data.test_fraction=0.5"])
    assert found.rows is not None
    assert found.rows.learned == 12


def test_rows_learned_before_a_run_that_starts_from_a_checkpoint_count_too(trained: Path, moons: Config) -> None:
    table("more.csv", shift=1.0)
    data = Csv(file="more.csv", target="side", batch_size=8)
    config = replace(moons, data=data)
    train(with_training(config, epochs=1), output="more", start_from=trained)
    train(config, output="more", resume="last")
    for name in ("best", "last"):
        found = evaluate(f"more/{name}.npz", overrides=["data.file=t.csv"])
        assert found.rows == MeasuredRows("all rows", 200, 128)
        assert evaluate(f"more/{name}.npz", split="all").rows == MeasuredRows("all rows", 200, 160)


def forgetful(path: Path) -> Path:
    """The checkpoint without its learned rows, as an earlier bpcli wrote it."""
    header, arrays = npz.unpack(path)
    del arrays["rows.hashes"]
    path.write_bytes(file_of(npz.pack(header, arrays)))
    return path


def test_an_older_checkpoint_cannot_know(trained: Path, moons: Config) -> None:
    path = forgetful(trained / "best.npz")
    found = evaluate(path)
    assert found.rows == MeasuredRows("as in training", 40, None)
    assert str(found.rows).startswith("cannot know if it was trained on some of these")
    assert found.to_dict()["rows"]["learned"] is None
    assert found.warnings == ()
    (warning,) = evaluate(path, overrides=["data.test_fraction=0.6"]).warnings
    assert warning.startswith("the data are not those it was trained on, or are split otherwise")
    assert str(evaluate(path, split="train").rows) == "those it was trained on"


def test_a_run_from_an_older_checkpoint_cannot_know_and_a_resumed_one_can(trained: Path, moons: Config) -> None:
    path = forgetful(trained / "last.npz")
    table("more.csv", shift=1.0)
    config = replace(moons, data=Csv(file="more.csv", target="side", batch_size=8))
    train(with_training(config, epochs=1), output="more", start_from=path)
    train(config, output="more", resume="last")
    assert load_checkpoint("more/last.npz").rows is None
    learned = replace(moons, data=Csv(file="t.csv", target="side", batch_size=8, validation_fraction=0.2))
    train(with_training(learned, epochs=4), output=trained, resume="last")
    assert evaluate(trained / "last.npz", split="all").rows == MeasuredRows("all rows", 200, 128)


def test_a_stream_cannot_know(moons: Config) -> None:
    table("t.csv")
    data = Stream(file="t.csv", target="side", classes=("no", "yes"), batch_size=8, epoch_size=40)
    train(replace(moons, data=data), output="online")
    found = evaluate("online", overrides=["data.name=csv", "data.file=t.csv", "data.target=side"])
    assert found.rows == MeasuredRows("all rows", 200, None)


@pytest.fixture
def rare(moons: Config) -> Config:
    """Of 42 examples one is of class c and one of class d, which are in the training split."""
    lines = [f"{i % 7},{i % 5},{'ab'[i % 2]}\n" for i in range(40)]
    Path("rare.csv").write_text("p,q,side\n" + "".join(lines) + "1,2,c\n3,4,d\n")
    model = Model(layers=(Dense(units=4),))
    return replace(moons, data=Csv(file="rare.csv", batch_size=8, validation_fraction=0.2), model=model)


def test_classes_that_a_split_lacks_are_said_when_it_is_trained_and_measured(rare: Config) -> None:
    seen: list[Event] = []
    train(rare, output="run", on_event=seen.append)
    started = next(event for event in seen if isinstance(event, Started))
    assert [warning[:70] for warning in started.warnings] == [
        "the validation split has no example of the classes 'c', 'd': means ove",
        "the test split has no example of the classes 'c', 'd': means over the ",
    ]
    assert evaluate("run").warnings == started.warnings[1:]
    assert evaluate("run", split="train").warnings == ()


def test_a_class_that_was_never_learned_is_said_when_it_is_trained_and_measured(rare: Config) -> None:
    seen: list[Event] = []
    data = replace(rare.data, classes=("a", "b", "c", "d", "e"))
    train(replace(rare, data=data, model=Model(layers=(Dense(units=5),))), output="run", on_event=seen.append)
    said = "the training split has no example of class 'e', and so nothing to learn about it"
    started = next(event for event in seen if isinstance(event, Started))
    assert started.warnings[0] == evaluate("run").warnings[0] == evaluate("run", split="train").warnings[0] == said


def test_a_network_that_computes_something_else_with_the_same_weights_is_refused(moons: Config) -> None:
    train(moons, output="run")
    with pytest.raises(CheckpointError, match=r"its layers\[0\] has relu, and here tanh: write the same model"):
        evaluate("run", overrides=["model.layers[0].activation=tanh"])


def test_a_loss_that_is_not_the_plain_one_is_said_to_be(moons: Config) -> None:
    train(moons, output="plain")
    assert evaluate("plain").loss_with == ()
    train(replace(moons, loss=CrossEntropy(label_smoothing=0.1, class_weights="balanced")), output="run")
    found = evaluate("run")
    assert found.loss_with == ("class weights", "label smoothing")
    assert found.to_dict()["loss_with"] == ["class weights", "label smoothing"]


def test_figures_of_rows_that_are_too_large_are_said_to_be_so(moons: Config, trained: Path) -> None:
    Path("huge.csv").write_text("a,b,side\n1,2,yes\n3e38,3e38,no\n-3e38,3e38,no\n3e38,-3e38,no\n-3e38,-3e38,no\n")
    found = evaluate(trained, overrides=["data.file=huge.csv"])
    assert found.warnings[-1].startswith("the loss is not finite, because some rows hold numbers too large")
