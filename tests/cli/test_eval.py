"""`bpcli eval`: how good a checkpoint is, from the checkpoint alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Command


@pytest.fixture
def run(bpcli: Command) -> str:
    """A trained run; its config file is gone."""
    assert bpcli("train", "moons.yaml", "training.epochs=20", "-o", "run").code == 0
    Path("moons.yaml").unlink()
    return "run"


def test_a_checkpoint_is_measured_on_the_test_split(bpcli: Command, run: str) -> None:
    shown = bpcli("eval", f"{run}/best.npz")
    assert shown.code == 0
    assert "data               moons, test split, 20 examples" in shown.out
    for part in ("loss", "accuracy", "macro_f1", "roc_auc", "precision", "recall", "f1", "true \\ predicted"):
        assert part in shown.out


def test_json_has_the_promised_keys(bpcli: Command, run: str) -> None:
    shown = bpcli("eval", f"{run}/best.npz", "--json")
    result = json.loads(shown.out)
    promised = {"checkpoint", "data", "split", "examples", "loss", "metrics", "confusion_matrix", "class_names"}
    assert promised <= result.keys()
    assert result["checkpoint"] == "run/best.npz"
    assert sum(map(sum, result["confusion_matrix"])) == result["examples"] == 20
    names = ["accuracy", "balanced_accuracy", "macro_f1", "mcc", "roc_auc", "average_precision"]
    assert list(result["metrics"]) == names
    assert all(0 <= value <= 1 for value in result["metrics"].values())
    assert {"name", "precision", "recall", "f1", "roc_auc", "examples"} <= result["classes"][0].keys()


@pytest.mark.parametrize(("split", "examples"), [("train", 64), ("validation", 16), ("test", 20)])
def test_every_split_can_be_measured(bpcli: Command, run: str, split: str, examples: int) -> None:
    assert json.loads(bpcli("eval", run, "--split", split, "--json").out)["examples"] == examples


def test_a_run_folder_stands_for_its_best_checkpoint(bpcli: Command, run: str) -> None:
    assert bpcli("eval", run).out == bpcli("eval", f"{run}/best.npz").out
    Path(run, "best.npz").unlink()
    assert json.loads(bpcli("eval", run, "--json").out)["checkpoint"] == "run/last.npz"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.npz"], "error: cannot read nowhere.npz: No such file or directory\n"),
        (["."], "error: the folder . holds no checkpoint: give a run folder, or a best.npz or last.npz\n"),
        (["xor.yaml"], "error: xor.yaml is not a bpcli checkpoint, or is damaged: "),
    ],
)
def test_what_is_no_checkpoint_is_refused(bpcli: Command, arguments: list[str], message: str) -> None:
    refused = bpcli("eval", *arguments)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(message)


def test_a_requirement_decides_the_exit_code_of_eval_as_of_train(bpcli: Command, run: str) -> None:
    met = bpcli("eval", run, "--require", "test_accuracy>=0", "--json")
    assert (met.code, met.err) == (0, "")
    (checked,) = json.loads(met.out)["requirements"]
    assert checked["value"] == json.loads(met.out)["metrics"]["accuracy"]
    assert (checked["met"], checked["checkpoint"]) == (True, f"{run}/best.npz")
    unmet = bpcli("eval", run, "--split", "train", "--require", "train_roc_auc>1", "--require", "train_loss<9")
    assert unmet.code == 1
    assert unmet.err.startswith("error: requirement not met: train_roc_auc is ")
    assert len(unmet.err.splitlines()) == 1
    assert "required           met: train_loss is " in unmet.out


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (
            "train_loss<1",
            "the train split, and this measures the test split: write 'test_loss<1', or give --split train",
        ),
        ("all_loss<1", "is about all rows, and this measures the test split: write 'test_loss<1', or give --split all"),
        ("test_beauty>1", "there is no test_beauty to require in 'test_beauty>1': this run has test_loss, test_acc"),
        ("accuracy", "cannot read the requirement 'accuracy': write it as 'test_accuracy>=0.98'"),
    ],
)
def test_a_requirement_that_is_not_measured_is_refused(bpcli: Command, run: str, condition: str, message: str) -> None:
    refused = bpcli("eval", run, "--require", condition)
    assert (refused.code, refused.out) == (2, "")
    assert message in refused.err
