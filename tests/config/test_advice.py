"""Each message on targets, classes and outputs is followed to its end: what it says to write is a config that trains."""

# ruff: noqa: E501  data and reports stand here as they are

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpcli.config.load import config_from_data
from bpcli.config.sections import Config
from bpcli.data.dataset import DataInfo
from bpcli.data.sources.stream import Stream
from bpcli.errors import BpcliError
from bpcli.experiment.build import build
from bpcli.training.events import StepDone
from bpcli.training.experiment import Experiment
from bpcli.training.loop import train


@pytest.fixture(autouse=True)
def _in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def csv(target: Callable[[int], object], *more: Callable[[int], object], **keys: Any) -> dict[str, Any]:
    """A table of 120 rows whose last columns are made by these functions."""
    columns = [target, *more]
    names = ["y", "y2", "y3"][: len(columns)]
    rows = [",".join(map(str, (i % 7, i % 11, *(column(i) for column in columns)))) for i in range(120)]
    Path("t.csv").write_text("\n".join([",".join(["a", "b", *names]), *rows]) + "\n")
    return {"name": "csv", "file": "t.csv", "target": names if more else "y", **keys}


def npz(y: Any, **keys: Any) -> dict[str, Any]:
    np.savez("d.npz", x=np.random.default_rng(0).standard_normal((120, 3)), y=y)
    return {"name": "npz", "file": "d.npz", **keys}


def stream(target: Callable[[int], object], **keys: Any) -> dict[str, Any]:
    return {**csv(target), "name": "stream", "batch_size": 8, **keys}


def built(data: dict[str, Any], layers: list[Any], **sections: Any) -> tuple[Config, Experiment]:
    model = {"layers": layers} | {key: sections.pop(key) for key in ("output",) if key in sections}
    with np.errstate(all="ignore"):
        config, experiment = build(config_from_data({"data": data, "model": model, **sections}))
        losses = [event.loss for event in train(experiment, experiment.start()) if isinstance(event, StepDone)]
    assert np.isfinite(losses).all()
    return config, experiment


def info(data: dict[str, Any], layers: list[Any], **sections: Any) -> DataInfo:
    return built(data, layers, **sections)[1].info


NUMBERS = np.arange(120)


@pytest.mark.parametrize("units", [25, [8, 25]])
def test_a_network_with_a_unit_for_each_of_many_integers_tells_classes(units: Any) -> None:
    layers = units if isinstance(units, list) else [units]
    assert info(csv(lambda i: i % 25), layers).classes == 25
    assert info(csv(lambda i: i % 25), layers, output="softmax").classes == 25
    assert info(csv(lambda i: i % 25, one_hot=True), layers, loss="mse").classes == 25
    assert info(npz(NUMBERS % 25), layers).classes == 25
    assert info(npz(NUMBERS % 25.0), layers).class_names[:3] == ("0", "1", "2")
    inline = {"name": "inline", "inputs": [[i, 1] for i in range(25)], "targets": [i / 1.0 for i in range(25)]}
    assert info(inline, layers).classes == 25


@pytest.mark.parametrize("loss", ["poisson", "huber", "mse", "mean_absolute_error", "half_squared_error"])
def test_a_loss_of_numbers_over_one_output_makes_numbers_of_few_integers(loss: str) -> None:
    for data in (csv(lambda i: i % 7), npz(NUMBERS % 7)):
        config, experiment = built(data, [8, 1], loss=loss)
        assert (experiment.info.class_names, experiment.info.targets) == ((), 1)
        assert config.data.task == "regression"  # type: ignore[union-attr]


def test_two_integers_are_a_class_and_its_opposite_unless_an_output_of_numbers_is_stated() -> None:
    assert info(csv(lambda i: i % 2), [1], loss="mse").classes == 2
    assert info(csv(lambda i: i % 2), [1]).classes == 2
    assert info(npz(NUMBERS % 2), [1], loss="mse").classes == 2
    assert info(npz(NUMBERS % 2.0), [1]).classes == 2
    assert info(npz(NUMBERS % 2.0), [1], loss="mse").classes == 0
    assert info(csv(lambda i: i % 2), [1], loss="mse", output="identity").classes == 0
    assert info(csv(lambda i: i % 2), [{"units": 1, "activation": "softplus"}], loss="huber").classes == 0
    assert info(csv(lambda i: i % 2), [1], loss="poisson").classes == 0


def test_a_task_that_is_stated_goes_before_everything() -> None:
    assert info(csv(lambda i: i % 7, task="classification", one_hot=True), [7], loss="mse").classes == 7
    assert info(csv(lambda i: i % 7, task="regression"), [1], loss="mse").classes == 0


def test_several_columns_of_0_and_1_are_several_labels_an_example() -> None:
    for data in (csv(*[lambda i: i % 2] * 3), npz(np.ones((120, 3), int)), npz(np.ones((120, 3), bool))):
        _, experiment = built(data, [3], output="sigmoid")
        assert (experiment.info.targets, experiment.info.target_classes) == (3, ((),) * 3)


def test_a_part_of_the_loss_decides_for_its_columns() -> None:
    parts = [{"name": "y", "loss": "poisson"}, {"name": "y2", "loss": "cross_entropy"}]
    loss = {"name": "weighted_sum", "parts": parts}
    found = info(csv(lambda i: i % 3, lambda i: i % 25), [26], loss=loss)
    assert found.target_classes == ((), tuple(map(str, range(25))))


@pytest.mark.parametrize("outputs", [{}, {"output": "softmax"}])
def test_words_among_numbers_are_classes_where_there_is_an_output_for_each(outputs: dict[str, Any]) -> None:
    labels = ("0", "1", "unknown")
    assert info(csv(lambda i: labels[i % 3]), [3], **outputs).class_names == labels
    with pytest.raises(BpcliError, match="'unknown' is not a number, as other targets are"):
        built(csv(lambda i: labels[i % 3]), [1], loss="mse")


WRONG = [
    (
        lambda: csv(lambda i: i % 7), [1], {},
        "the output layer has 1 unit, but csv has 7 classes: write 7; for a number to predict, write data.task: regression, loss: mse, 1 unit and output: identity",
        [({}, [7], {}), ({"task": "regression"}, [1], {"loss": "mse", "output": "identity"})],
    ),
    (
        lambda: csv(lambda i: i % 30), [10], {},
        "the output layer has 10 units, but csv has 30 classes: write 30; for a number to predict, write data.task: regression",
        [({}, [30], {}), ({"task": "regression"}, [1], {"loss": "mse", "output": "identity"})],
    ),
    (
        lambda: csv(lambda i: i % 30), [1], {},
        "cross_entropy needs classes, but the targets of csv are numbers: write loss: mse; if each of them is a class, write data.task: classification, and a unit for each class",
        [({}, [1], {"loss": "mse"}), ({"task": "classification"}, [30], {})],
    ),
    (
        lambda: csv(lambda i: i % 4 + 0.5), [3], {"output": "softmax"},
        "softmax outputs tell classes, but the targets of csv are numbers: write loss: mse, 1 unit and output: identity; if each of them is a class, write data.task: classification",
        [({}, [1], {"loss": "mse", "output": "identity"}), ({"task": "classification"}, [4], {})],
    ),
    (
        lambda: csv(lambda i: i % 4 + 0.5), [3], {"loss": "mse"},
        "the output layer has 3 units, but csv has 1 target column: write 1",
        [({}, [1], {"loss": "mse"})],
    ),
    (
        lambda: csv(*[lambda i: i % 2] * 3), [3], {},
        "cross_entropy needs classes, but the targets of csv are numbers: write loss: mse, or output: sigmoid for numbers from 0 to 1 (softmax where those of a row add up to 1)",
        [({}, [3], {"loss": "mse"}), ({}, [3], {"output": "sigmoid"})],
    ),
    (
        lambda: csv(*[lambda i: i % 2] * 3), [3], {"output": "softmax"},
        "those in row 0 of the training split are not: write loss: cross_entropy and sigmoid outputs",
        [({}, [3], {"output": "sigmoid"})],
    ),
    (
        lambda: csv(*[lambda i: i % 2] * 3), [1], {"output": "sigmoid"},
        "the output layer has 1 unit, but csv has 3 target columns: write 3",
        [({}, [3], {"output": "sigmoid"})],
    ),
    (
        lambda: csv(lambda i: i % 30), [1], {"output": "sigmoid"},
        "cross_entropy needs targets that are in [0, 1], and those in row 1 of the training split are not: write loss: mse and output: identity",
        [({}, [1], {"loss": "mse", "output": "identity"})],
    ),
    (
        lambda: csv(lambda i: i % 9 - 4), [1], {"loss": "poisson"},
        "poisson needs targets that are 0 or more, and those in row 0 of the training split are not: write loss: mse and output: identity",
        [({}, [1], {"loss": "mse", "output": "identity"})],
    ),
    (
        lambda: csv(lambda i: i % 3, one_hot=True), [1], {"loss": "mse"},
        "one-hot targets of csv need 3 output units, not 1: write 3",
        [({}, [3], {"loss": "mse"})],
    ),
    (
        lambda: csv(lambda i: i % 2, one_hot=True), [1], {"loss": "mse"},
        "one-hot targets of csv need 2 output units, not 1: write 2, or leave out data.one_hot",
        [({}, [2], {"loss": "mse"}), ({"one_hot": False}, [1], {"loss": "mse"})],
    ),
    (
        lambda: csv(lambda i: i % 3), [1], {"loss": "hinge"},
        "hinge needs an output unit for every class: write 3",
        [({}, [3], {"loss": "hinge"})],
    ),
    (
        lambda: csv(lambda i: i % 3), [3], {"loss": "mse"},
        "mse compares numbers, but the targets of csv are class labels: write data.one_hot: true, or loss: cross_entropy",
        [({"one_hot": True}, [3], {"loss": "mse"}), ({}, [3], {})],
    ),
    (
        lambda: csv(lambda i: i % 3), [3], {"loss": "poisson"},
        "poisson compares numbers, but the targets of csv are class labels: write loss: cross_entropy",
        [({}, [3], {})],
    ),
    (
        lambda: csv(lambda i: i % 3), [{"units": 3, "activation": "sigmoid"}], {},
        "cross_entropy with several sigmoid outputs needs data.one_hot: true; for one class an example write softmax in the place of sigmoid",
        [({"one_hot": True}, [{"units": 3, "activation": "sigmoid"}], {}), ({}, [{"units": 3, "activation": "softmax"}], {})],
    ),
    (
        lambda: csv(lambda i: "ab"[i % 2], lambda i: i / 2), [2], {"loss": "mse"},
        "some of the target columns hold classes, which need a loss each: write loss: {name: weighted_sum, parts: [{name: y, loss: cross_entropy}, {name: y2, loss: mse}]}",
        [({}, [3], {"loss": {"name": "weighted_sum", "parts": [{"name": "y", "loss": "cross_entropy"}, {"name": "y2", "loss": "mse"}]}})],
    ),
    (
        lambda: csv(lambda i: ("1", "1.0", "2")[i % 3]), [2], {},
        """the output layer has 2 units, but csv has 3 classes: write 3; for a number to predict, write data.task: regression, loss: mse, 1 unit and output: identity; if '1.0' means '1', write data.class_aliases: {"1.0": "1"}""",
        [({}, [3], {}), ({"class_aliases": {"1.0": "1"}}, [2], {})],
    ),
    (
        lambda: csv(lambda i: f"${i % 30}.50"), [1], {"loss": "mse"},
        "csv has 30 classes: write 30; if these are numbers to predict, write them with digits and a point alone, not '$0.50'",
        [({}, [30], {})],
    ),
    (
        lambda: csv(lambda i: (" <=50K", ">50K", "<=50K.")[i % 3]), [2], {},
        """csv has 3 classes: write 3; if '<=50K.' means '<=50K', write data.class_aliases: {"<=50K.": "<=50K"}""",
        [({"class_aliases": {"<=50K.": "<=50K"}}, [2], {})],
    ),
    (
        lambda: csv(lambda i: i / 2, one_hot=True), [1], {"loss": "mse"},
        "data.one_hot: this needs classes, but the targets of csv are numbers: leave it out",
        [({"one_hot": False}, [1], {"loss": "mse"})],
    ),
    (
        lambda: csv(lambda i: i / 2), [1], {"loss": {"name": "cross_entropy", "class_weights": "balanced"}},
        "cross_entropy needs classes, but the targets of csv are numbers: write loss: mse",
        [({}, [1], {"loss": "mse"})],
    ),
    (
        lambda: npz(NUMBERS % 7), [1], {},
        "the output layer has 1 unit, but npz has 7 classes: write 7; for a number to predict, write data.task: regression",
        [({}, [7], {}), ({"task": "regression"}, [1], {"loss": "mse", "output": "identity"})],
    ),
    (
        lambda: npz(np.eye(3)[NUMBERS % 3]), [3], {},
        "cross_entropy needs classes, but the targets of npz are numbers: write loss: mse, or output: sigmoid for numbers from 0 to 1 (softmax where those of a row add up to 1)",
        [({}, [3], {"loss": "mse"}), ({}, [3], {"output": "sigmoid"}), ({}, [3], {"output": "softmax"})],
    ),
    (
        lambda: stream(lambda i: i % 2), [1], {},
        "cross_entropy needs classes, but the targets of stream are numbers: write loss: mse; if each of them is a class, write data.classes: [0, 1], the labels there are, and a unit for each class",
        [({}, [1], {"loss": "mse"}), ({"classes": [0, 1]}, [2], {})],
    ),
    (
        lambda: {"name": "diabetes"}, [1], {},
        "cross_entropy needs classes, but the targets of diabetes are numbers: write loss: mse",
        [({}, [1], {"loss": "mse", "optimizer": {"name": "sgd", "learning_rate": 1e-4}})],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "layers", "sections", "message", "followed"), WRONG, ids=[entry[3][:60] for entry in WRONG]
)
def test_what_a_message_says_to_write_trains(
    data: Callable[[], dict[str, Any]],
    layers: list[Any],
    sections: dict[str, Any],
    message: str,
    followed: list[tuple[dict[str, Any], list[Any], dict[str, Any]]],
) -> None:
    section = data()
    with pytest.raises(BpcliError) as caught:
        built(section, layers, **sections)
    assert message in str(caught.value)
    for changes, new_layers, new_sections in followed:
        built({**section, **changes}, new_layers, **new_sections)


def test_a_part_of_one_softmax_output_is_refused_with_what_trains() -> None:
    def loss(*part: tuple[str, Any]) -> dict[str, Any]:
        return {"name": "weighted_sum", "parts": [{"name": "y", **dict(part)}, {"name": "y2", "loss": "mse"}]}

    data = csv(lambda i: i / 2, lambda i: i / 3)
    for wrong in ([("loss", "mse"), ("activation", "softmax")], [("loss", "kl_divergence")]):
        with pytest.raises(BpcliError, match="a softmax of one output is always 1, and y is one column of numbers"):
            built(data, [2], loss=loss(*wrong))
    built(data, [2], loss=loss(("loss", "mse")), optimizer={"name": "sgd", "learning_rate": 1e-4})


def test_a_target_column_that_is_no_name_for_metrics_is_named_as_the_target() -> None:
    def loss(first: dict[str, Any]) -> dict[str, Any]:
        return {"name": "weighted_sum", "parts": [first, {"name": "y2", "loss": "mse"}]}

    csv(lambda i: i / 2, lambda i: i / 3)
    Path("t.csv").write_text(Path("t.csv").read_text().replace(",y,", ",Net worth,"))
    data = {"name": "csv", "file": "t.csv", "target": ["Net worth", "y2"]}
    with pytest.raises(BpcliError, match='write such a one, and "Net worth" as its target'):
        built(data, [2], loss=loss({"name": "Net worth", "loss": "mse"}))
    followed = loss({"name": "worth", "target": "Net worth", "loss": "mse"})
    built(data, [2], loss=followed, optimizer={"name": "sgd", "learning_rate": 1e-4})


def test_a_stream_and_its_labels_are_left_as_they_are() -> None:
    config = config_from_data({"data": stream(lambda i: i % 2, classes=[0, 1]), "model": {"layers": [2]}})
    resolved, _ = build(config)
    assert isinstance(resolved.data, Stream)
    assert resolved.data == replace(config.data)


def test_a_cell_that_is_too_large_is_named_before_anything_is_trained() -> None:
    data = csv(lambda i: 1e40 if i == 7 else i / 2, validation_fraction=0.2)
    with pytest.raises(BpcliError, match=r"^row 7 of the data \(\w+ split\): the target is 1e\+40, which is too large"):
        built(data, [1], loss="mse")
    built(data, [1], loss="mse", dtype="float64", optimizer={"name": "sgd", "learning_rate": 1e-60})
