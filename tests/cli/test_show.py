"""`bpcli show`: what a config means, and where a run stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Command


def test_a_config_is_resolved_and_its_layers_listed(bpcli: Command) -> None:
    shown = bpcli("show", "xor.yaml")
    assert shown.code == 0
    assert "learning_rate: 1.0" in shown.out
    assert "monitor: train_loss" in shown.out
    assert shown.out.endswith(
        "layer         in     out  activation  params  init\n"
        "layers.0  (N, 2)  (N, 8)  tanh            24  glorot_uniform\n"
        "layers.1  (N, 8)  (N, 1)  sigmoid          9  glorot_uniform\n"
        "\n33 parameters, float32\n"
        "\nlearning rate  1 throughout\n"
    )


def test_the_rate_is_drawn_over_the_whole_run(bpcli: Command) -> None:
    by_epoch = bpcli("show", "moons.yaml", "schedule=exponential", "training.epochs=9").out
    assert by_epoch.splitlines()[-1].split() == ["0", "epoch", "8"]
    by_step = bpcli("show", "moons.yaml", "schedule={name: exponential, per: step}", "training.epochs=9").out
    assert by_step.splitlines()[-1].split() == ["0", "step", "35"]


def test_where_steps_cannot_be_counted_it_says_so(bpcli: Command) -> None:
    bpcli("init", "mnist")
    shown = bpcli("show", "mnist.yaml", "data.files=nowhere", "schedule.per=step")
    assert shown.code == 0
    assert shown.out.endswith("learning rate  by steps, whose number is not known without the data\n")


def test_mnist_is_shown_without_its_data(bpcli: Command) -> None:
    bpcli("init", "mnist")
    shown = bpcli("show", "mnist.yaml", "data.files=nowhere")
    assert shown.code == 0
    assert "(N, 784)" in shown.out


def test_a_run_shows_its_state_and_history(bpcli: Command) -> None:
    bpcli("train", "moons.yaml", "-o", "run")
    shown = bpcli("show", "run")
    assert "checkpoint  run/last.npz\ntrained     3 epochs, 12 steps in " in shown.out
    assert "best        validation_loss" in shown.out
    history = shown.out.partition("epoch  rate")[2].splitlines()[1:]
    assert [line.split()[0] for line in history] == ["1", "2", "3"]
    assert "run/best.npz" in bpcli("show", "run/best.npz").out


def test_the_first_training_examples_are_drawn(bpcli: Command) -> None:
    pytest.importorskip("matplotlib")
    shown = bpcli("show", "moons.yaml", "data.augmentation.noise=0.1", "--samples", "sheet.png", "--count", 12)
    assert (shown.code, shown.err) == (0, "drew 12 training examples to sheet.png\n")
    assert "parameters, float32" in shown.out
    assert Path("sheet.png").read_bytes().startswith(b"\x89PNG")


def test_a_sheet_needs_a_config_and_a_count_a_sheet(bpcli: Command) -> None:
    assert bpcli("show", "moons.yaml", "--count", 3).err == (
        "error: --count says how many examples to draw: give --samples FILE.png with it\n"
    )
    bpcli("train", "moons.yaml", "-o", "run")
    refused = bpcli("show", "run", "--samples", "sheet.png")
    assert (refused.code, refused.err) == (
        2,
        "error: --samples draws the data of a config: give the config of the run, its config.yaml\n",
    )


def test_a_long_history_is_thinned(bpcli: Command) -> None:
    bpcli("train", "xor.yaml", "training.evaluate_every=5", "-o", "run")
    shown = bpcli("show", "run").out
    history = shown.partition("epoch  rate")[2].splitlines()[1:-1]
    assert len(history) <= 21
    assert (history[0].split()[0], history[-1].split()[0]) == ("5", "300")
    assert "of 60 rows; log.csv has them all" in shown


def test_a_checkpoint_that_left_its_run_is_shown_without_history(bpcli: Command) -> None:
    bpcli("train", "moons.yaml", "-o", "run")
    Path("run/best.npz").rename("alone.npz")
    shown = bpcli("show", "alone.npz")
    assert shown.code == 0
    assert "epoch  rate" not in shown.out
