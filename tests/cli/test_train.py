"""`bpcli train`: a network comes out, a run can be resumed, required to be good, and read by a machine."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from .conftest import Command


def weights(path: str) -> bytes:
    with np.load(path) as file:
        return b"".join(file[name].tobytes() for name in sorted(file.files) if name.startswith("layers"))


def test_xor_is_solved_and_shown_as_a_truth_table(bpcli: Command) -> None:
    done = bpcli("train", "xor.yaml")
    assert (done.code, done.err) == (0, "")
    assert done.out.count("right") == 4
    assert "epoch 300/300" in done.out
    assert "next    bpcli eval runs/xor/best.npz" in done.out
    assert {path.name for path in Path("runs/xor").iterdir()} >= {"config.yaml", "log.csv", "last.npz", "best.npz"}


def test_a_pipe_gets_plain_lines(bpcli: Command) -> None:
    lines = bpcli("train", "moons.yaml").out.splitlines()
    assert lines[0] == "run         runs/moons"
    assert [line.split("  ")[0] for line in lines if line.startswith("epoch")] == [
        "epoch 1/3",
        "epoch 2/3",
        "epoch 3/3",
    ]
    assert all(line.isprintable() and line == line.rstrip() for line in lines)


def test_json_is_the_only_thing_on_standard_output(bpcli: Command) -> None:
    done = bpcli("train", "moons.yaml", "--json")
    result = json.loads(done.out)
    assert list(result) == ["run", "status", "epochs", "steps", "seconds", "best", "final", "requirements"]
    assert (result["run"], result["status"], result["epochs"]) == ("runs/moons", "completed", 3)
    assert list(result["best"]) == ["epoch", "monitor", "value"]
    assert "epoch 3/3" in done.err


def test_options_may_stand_before_and_after_overrides(bpcli: Command) -> None:
    arguments = ["moons.yaml", "training.epochs=1", "--json", "optimizer.learning_rate=0.5", "--progress", "none"]
    assert json.loads(bpcli("train", *arguments).out)["epochs"] == 1
    assert json.loads(bpcli("train", "--json", *arguments[:2]).out)["epochs"] == 1


def test_seed_is_the_override_of_that_name(bpcli: Command) -> None:
    bpcli("train", "moons.yaml", "--seed", 5, "-o", "option")
    bpcli("train", "moons.yaml", "seed=5", "-o", "override")
    bpcli("train", "moons.yaml", "-o", "neither")
    assert weights("option/last.npz") == weights("override/last.npz") != weights("neither/last.npz")


def test_a_dry_run_writes_nothing(bpcli: Command) -> None:
    before = set(Path().rglob("*"))
    done = bpcli("train", "moons.yaml", "--dry-run")
    assert done.code == 0
    assert "nothing was written" in done.out
    assert set(Path().rglob("*")) == before


@pytest.mark.parametrize("resume", ["last", "auto", "runs/moons", "runs/moons/last.npz"])
def test_a_finished_run_can_be_extended(bpcli: Command, resume: str) -> None:
    bpcli("train", "moons.yaml")
    extended = bpcli("train", "moons.yaml", "training.epochs=5", "--resume", resume)
    assert extended.code == 0
    assert "run         runs/moons, resumed after epoch 3, step 12" in extended.out
    bpcli("train", "moons.yaml", "training.epochs=5", "-o", "whole")
    assert weights("runs/moons/last.npz") == weights("whole/last.npz")


def test_resume_best_goes_on_from_the_best_checkpoint(bpcli: Command) -> None:
    bpcli("train", "moons.yaml", "-o", "run", "optimizer.learning_rate=0.5")
    Path("run/last.npz").unlink()
    again = bpcli("train", "moons.yaml", "-o", "run", "--resume", "best", "optimizer.learning_rate=0.5")
    assert again.code == 0
    assert Path("run/last.npz").exists()


def test_resume_auto_starts_where_there_is_nothing_to_resume(bpcli: Command) -> None:
    done = bpcli("train", "moons.yaml", "-o", "run", "--resume", "auto")
    assert done.code == 0
    assert "resumed" not in done.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["-o", "run"],
            "error: run already holds a checkpoint: give --resume to go on with it, or another folder with -o\n",
        ),
        (["--resume", "last"], "error: there is no runs/moons/last.npz to resume: "),
        (["--resume", "nowhere.npz"], "error: cannot resume from nowhere.npz: there is no such checkpoint\n"),
        (
            ["--resume", "last", "-o", "run", "seed=3"],
            "error: cannot resume run/last.npz with another config: seed was 0",
        ),
    ],
)
def test_a_resume_that_cannot_be_is_refused(bpcli: Command, arguments: list[str], message: str) -> None:
    bpcli("train", "moons.yaml", "-o", "run")
    refused = bpcli("train", "moons.yaml", *arguments)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(message)


def test_a_requirement_decides_the_exit_code(bpcli: Command) -> None:
    assert bpcli("train", "xor.yaml", "--require", "train_accuracy>=1", "--require", "train_loss<0.1").code == 0
    short = bpcli("train", "xor.yaml", "training.epochs=1", "--require", "train_loss<0.1", "--require", "train_loss>0")
    assert short.code == 1
    assert len(short.err.splitlines()) == 1
    assert short.err.startswith("error: requirement not met: train_loss is 0.")
    assert short.err.endswith(", required < 0.1\n")
    assert "required  not met: train_loss is 0." in short.out


def test_json_says_of_each_requirement_what_was_measured_of_which_checkpoint(bpcli: Command) -> None:
    shown = bpcli("train", "xor.yaml", "--json", "--require", "train_accuracy>=1.1", "--require", "train_loss<9")
    result = json.loads(shown.out)
    unmet, met = result["requirements"]
    best = {"checkpoint": "runs/xor/best.npz", "epoch": result["best"]["epoch"]}
    assert unmet == {"name": "train_accuracy", "operator": ">=", "bound": 1.1, "value": 1.0, "met": False, **best}
    assert (met["met"], met["value"]) == (True, pytest.approx(result["final"]["train_loss"], rel=0.1))
    assert shown.code == 1
    assert shown.err.splitlines()[-1] == "error: requirement not met: train_accuracy is 1.0000, required >= 1.1"


@pytest.mark.parametrize("condition", ["accuracy>=0.9", "test_accuracy", "train_beauty>1", "train_loss<nan"])
def test_an_unknown_requirement_is_refused_before_training(bpcli: Command, condition: str) -> None:
    refused = bpcli("train", "xor.yaml", "--require", condition)
    assert refused.code == 2
    assert condition in refused.err
    assert not Path("runs").exists()


def test_divergence_exits_with_3_and_says_why(bpcli: Command) -> None:
    diverged = bpcli("train", "moons.yaml", "--json", "data.one_hot=true", "loss=mse", "model.output=identity",
                     "optimizer.learning_rate=1e30")  # fmt: skip
    assert diverged.code == 3
    assert json.loads(diverged.out)["status"] == "diverged"
    last = diverged.err.splitlines()[-1]
    assert last.startswith("error: training diverged at step ")
    assert "optimizer.learning_rate" in last


def test_progress_none_leaves_the_summary(bpcli: Command) -> None:
    quiet = bpcli("train", "moons.yaml", "--progress", "none")
    assert "epoch 1/3" not in quiet.out
    assert "completed after 3 epochs" in quiet.out


def test_a_config_that_does_not_fit_its_data_is_located_in_the_file(bpcli: Command) -> None:
    Path("wide.yaml").write_text("data: xor\nmodel:\n  layers: [4, 7]\n")
    refused = bpcli("train", "wide.yaml")
    assert refused.code == 2
    assert refused.err.startswith("error: wide.yaml:3:15: ")
    assert refused.err.endswith("\n    layers: [4, 7]\n                ^\n")


def test_several_problems_are_counted(bpcli: Command) -> None:
    refused = bpcli("train", "xor.yaml", "see=1", "optimizer.lr=1")
    assert refused.err.startswith("error: the config has 2 problems\n\nargument 'see=1'")


def test_a_builtin_name_that_is_no_file_leads_to_init(bpcli: Command) -> None:
    refused = bpcli("train", "circles")
    assert refused == (
        2,
        "",
        "error: there is no file circles: 'bpcli init circles' writes the built-in config of that name\n",
    )
