"""The task, the classes and the columns of a checkpoint are those of every data it is measured on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpcli.api.evaluate import evaluate
from bpcli.api.gradcheck import gradcheck
from bpcli.api.train import train
from bpcli.config.sections import Config, Model, Training
from bpcli.data.sources import Csv, Npz
from bpcli.errors import CheckpointError
from bpcli.nn.layers import Dense
from bpcli.nn.losses import CrossEntropy, MeanSquaredError
from bpcli.nn.losses.weighted_sum import Part, WeightedSum
from bpcli.runs import npz
from bpcli.runs.checkpoint import load_checkpoint
from tests.training.conftest import file_of

from .conftest import with_training


@pytest.fixture(autouse=True)
def _in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table(name: str, *labels: str, count: int = 40, header: str = "a,b,y") -> str:
    """A CSV file whose rows have these labels in turn."""
    lines = [f"{i % 7},{i % 5},{labels[i % len(labels)]}" for i in range(count)]
    Path(name).write_text("\n".join([header, *lines]) + "\n")
    return name


def config(data: Any, units: int, **keys: Any) -> Config:
    return Config(
        name="labels", data=data, model=Model(layers=(Dense(units=units),)), training=Training(epochs=1), **keys
    )


@pytest.mark.parametrize("present", [("1",), ("0", "2"), ("2", "1", "0")])
def test_a_table_that_lacks_classes_is_measured_by_those_of_the_checkpoint(present: tuple[str, ...]) -> None:
    train(config(Csv(file=table("t.csv", "0", "1", "2")), 3), output="run")
    found = evaluate("run", split="train", overrides=[f"data.file={table('few.csv', *present)}"])
    assert found.class_names == ("0", "1", "2")
    assert [bool(sum(row)) for row in found.confusion_matrix] == [name in present for name in ("0", "1", "2")]
    assert gradcheck("run", overrides=["data.file=few.csv"]).passed


def test_arrays_that_lack_classes_are_measured_by_those_of_the_checkpoint() -> None:
    x = np.arange(40.0).reshape(20, 2)
    np.savez("all.npz", x=x, y=np.arange(20) % 3)
    np.savez("one.npz", x=x, y=np.full(20, 2))
    train(config(Npz(file="all.npz"), 3), output="run")
    found = evaluate("run", overrides=["data.file=one.npz"])
    assert [sum(row) for row in found.confusion_matrix] == [0, 0, found.examples]


def test_a_new_run_from_a_checkpoint_has_its_classes() -> None:
    train(config(Csv(file=table("t.csv", "0", "1", "2")), 3), output="run")
    train(config(Csv(file=table("few.csv", "1", "2")), 3), output="new", start_from="run")
    assert load_checkpoint("new/last.npz").info.class_names == ("0", "1", "2")
    assert evaluate("new").class_names == ("0", "1", "2")


def test_numbers_stay_numbers_however_few_there_are() -> None:
    train(config(Csv(file=table("t.csv", *map(str, range(30)))), 1, loss=MeanSquaredError()), output="run")
    found = evaluate("run", overrides=[f"data.file={table('few.csv', '0', '1')}"])
    assert set(found.metrics) == {"mae", "rmse", "r2"}


def test_each_of_several_target_columns_keeps_its_task_and_its_classes() -> None:
    parts = (Part(name="y", loss=CrossEntropy()), Part(name="b", loss=MeanSquaredError()))
    data = Csv(file=table("t.csv", "no", "yes", "maybe"), target=("y", "b"))
    train(config(data, 4, loss=WeightedSum(parts=parts)), output="run")
    found = evaluate("run", overrides=[f"data.file={table('few.csv', 'yes')}"])
    assert found.metrics["y_accuracy"] >= 0


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (lambda: table("o.csv", "no", "No ", "never"), "'No' is not one of the classes no, yes; if 'No' means"),
        (lambda: table("o.csv", "no", "yes", header="a,c,y"), "lack its column b and these data have column c"),
        (lambda: table("o.csv", "no", "yes", header="b,a,y"), "its feature 1 is a, and that of these data b: put the"),
    ],
)  # fmt: skip
def test_what_data_have_otherwise_is_named(file: Callable[[], str], message: str) -> None:
    train(config(Csv(file=table("t.csv", "no", "yes")), 2), output="run")
    for what in (evaluate, gradcheck):
        with pytest.raises(CheckpointError, match=message):
            what("run", overrides=[f"data.file={file()}"])  # type: ignore[operator]


def test_the_line_that_joins_labels_is_taken_as_it_is_printed() -> None:
    train(config(Csv(file=table("t.csv", "<=50K", ">50K")), 2), output="run")
    table("test.csv", "<=50K.", ">50K.")
    with pytest.raises(CheckpointError) as caught:
        evaluate("run", overrides=["data.file=test.csv"])
    argument = str(caught.value).partition("(as an argument: '")[2].removesuffix("')")
    found = evaluate("run", overrides=["data.file=test.csv", argument])
    assert found.class_names == ("<=50K", ">50K")


def as_of_0_2_0(path: Path) -> None:
    """Write a checkpoint as 0.2.0 did, without the keys that say how labels are spelt."""
    header, arrays = npz.unpack(path)
    for key in ("task", "class_aliases", "classes"):
        header["config"]["data"].pop(key, None)
    path.write_bytes(file_of(npz.pack(header, arrays)))


def test_a_checkpoint_that_took_equal_numbers_for_one_class_still_does() -> None:
    whole = config(Csv(file=table("t.csv", "0", "1"), batch_size=8), 2)
    train(whole, output="run")
    for name in ("best.npz", "last.npz"):
        as_of_0_2_0(Path("run", name))
    table("t.csv", "0.0", "1.0")
    assert evaluate("run").class_names == ("0", "1")
    assert evaluate("run").warnings == ()
    assert train(with_training(whole, epochs=2), output="run", resume="last").epochs == 2
    assert evaluate("run").class_names == ("0", "1")
    table("other.csv", "0.0", "2.0")
    with pytest.raises(CheckpointError, match=r"'2\.0' is not one of the classes 0, 1"):
        evaluate("run", overrides=["data.file=other.csv"])


def test_a_resolved_config_states_the_task_so_that_it_is_not_guessed_again() -> None:
    train(config(Csv(file=table("t.csv", "0", "1", "2")), 3), output="run")
    assert load_checkpoint("run/last.npz").config["data"]["task"] == "classification"
    again = replace(config(Csv(file="t.csv"), 3), training=Training(epochs=2))
    assert train(again, output="run", resume="last").epochs == 2


@pytest.mark.parametrize("begin", [{}, {"start_from": "old"}])
def test_a_resumed_run_writes_the_config_of_one_that_never_stopped(begin: dict[str, Any]) -> None:
    whole = config(Csv(file=table("t.csv", "0", "1", "2")), 3)
    train(whole, output="old")
    train(with_training(whole, epochs=2), output="straight", **begin)
    train(whole, output="stopped", **begin)
    train(with_training(whole, epochs=2), output="stopped", resume="last")
    straight, stopped = (load_checkpoint(Path(run, "last.npz")).config for run in ("straight", "stopped"))
    assert stopped == straight
    assert Path("stopped/config.yaml").read_text() == Path("straight/config.yaml").read_text()


def test_so_does_one_of_several_target_columns() -> None:
    parts = (Part(name="y", loss=CrossEntropy()), Part(name="b", loss=MeanSquaredError()))
    data = Csv(file=table("t.csv", "0", "1"), target=("y", "b"))
    train(config(data, 3, loss=WeightedSum(parts=parts)), output="run")
    as_of_0_2_0(Path("run/best.npz"))
    table("t.csv", "0.0", "1.0")
    assert evaluate("run").warnings == ()


def test_a_run_from_a_checkpoint_that_took_equal_numbers_for_one_class_does_so_when_it_is_resumed() -> None:
    whole = config(Csv(file=table("t.csv", "0", "1"), batch_size=8), 2)
    train(whole, output="old")
    as_of_0_2_0(Path("old/best.npz"))
    table("t.csv", "0.0", "1.0")
    train(whole, output="new", start_from="old/best.npz")
    assert train(with_training(whole, epochs=2), output="new", resume="last").epochs == 2


def test_the_line_that_joins_a_label_keeps_those_that_are_joined_already() -> None:
    train(config(Csv(file=table("t.csv", "no", "yes")), 2), output="run")
    overrides = [f"data.file={table('more.csv', 'no', 'NO.', 'yes!')}", 'data.class_aliases={"yes!": "yes"}']
    with pytest.raises(CheckpointError, match=r'write data\.class_aliases: \{"yes!": "yes", "NO\.": "no"\}'):
        evaluate("run", overrides=overrides)
