"""Each config in configs/origins does what the program does that it names, to the last digits."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bpcli.config.load import load_config
from bpcli.experiment.build import build
from bpcli.training.events import StepDone
from bpcli.training.experiment import Experiment
from bpcli.training.loop import train

from . import programs
from .programs import Array, Weights

FOLDER = Path(__file__).parents[2] / "configs" / "origins"
CLOSE = {"rtol": 0, "atol": 1e-10}

XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float), np.array([[0], [1], [1], [0]], float)


def experiment(name: str, *overrides: str) -> Experiment:
    return build(load_config(FOLDER / f"{name}.yaml", overrides))[1]


def weights(experiment: Experiment) -> Weights:
    views = experiment.objective.network.parameters.views
    return Weights(*(views[f"layers.{i}.{tensor}"].copy() for i in (0, 1) for tensor in ("W", "b")))


def trained(experiment: Experiment) -> tuple[list[float], Weights]:
    """The loss before each step, a mean over the examples, and the weights after all of them."""
    losses = [event.loss for event in train(experiment, experiment.start()) if isinstance(event, StepDone)]
    return losses, weights(experiment)


def assert_same(ours: tuple[list[float], Weights], theirs: tuple[list[float], Weights], *, printed: float = 1) -> None:
    """`printed`: what the program prints, as a multiple of our loss."""
    np.testing.assert_allclose(np.array(ours[0]) * printed, theirs[0], **CLOSE)
    for name, mine, expected in zip(Weights._fields, ours[1], theirs[1], strict=True):
        np.testing.assert_allclose(mine, expected, **CLOSE, err_msg=name)


@pytest.mark.parametrize(
    ("name", "program", "printed"),
    [("1", programs.program_1, 1), ("1b", programs.program_1b, 1), ("2", programs.program_2, 2)],
)
def test_ten_thousand_epochs_of_xor(
    name: str, program: Callable[..., tuple[list[float], Weights]], printed: float
) -> None:
    ours = experiment(name)
    theirs = program(weights(ours), *XOR, rate=0.1, epochs=10_000)
    losses, final = trained(ours)
    assert len(losses) == 10_000
    assert_same((losses, final), theirs, printed=printed)


def test_one_update_of_one_example() -> None:
    ours = experiment("3")
    x, t = np.array([[0, 0, 1, 1]], float), np.array([[0, 0, 1]], float)
    theirs = programs.program_2(weights(ours), x, t, rate=0.1, epochs=1)
    assert_same(trained(ours), theirs, printed=2 / 3)  # the program's mean is over the three outputs


def test_relu_and_sigmoid_in_mini_batches() -> None:
    ours = experiment("4")
    batches = [(X.copy(), T.copy()) for epoch in range(100) for X, T in ours.batches.epoch(epoch)]
    theirs = programs.program_4(weights(ours), batches, rate=0.1)
    assert_same(trained(ours), theirs)
    assert theirs[0][-1] < theirs[0][0] / 5


@pytest.fixture(scope="module")
def mnist() -> Path:
    folder = Path(os.environ.get("BPCLI_TEST_DATA", ""), "mnist")
    if "BPCLI_TEST_DATA" not in os.environ or not folder.is_dir():
        pytest.skip("BPCLI_TEST_DATA names no folder with mnist/, which holds the four original files")
    return folder


def test_fifty_iterations_of_all_of_mnist(mnist: Path, tmp_path: Path) -> None:
    files = [f"data.files={mnist}", f"data.cache_dir={tmp_path}"]
    ours = experiment("5", "dtype=float64", "training.epochs=50", "training.evaluate_every=50", *files)
    examples = ours.batches.examples
    X, t = examples.x.astype(float) / 255, np.eye(10)[examples.y]
    assert X.shape == (60_000, 784)
    theirs = programs.program_5(weights(ours), X, t, rate=0.1, epochs=50)
    assert_same(trained(ours), theirs)


def all_origins() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def test_there_is_a_config_for_every_program() -> None:
    assert all_origins() == ["1", "1b", "2", "3", "4", "5"]


def test_weights_start_as_the_programs_draw_them() -> None:
    """N(0, std²), and for 1b uniform within 1/√in, biases too: checked on wider layers of the same config."""
    for name, std in {"1": 1.0, "2": 1.0, "3": 1.0, "4": 0.01}.items():
        last = 3 if name == "3" else 2 if name == "4" else 1
        start = weights(experiment(name, f"model.layers=[3000, {last}]"))
        assert start.W1.std() == pytest.approx(std, rel=0.05)
        assert not start.b1.any()
    uniform: Array = weights(experiment("1b", "model.layers=[3000, 1]")).b1
    assert uniform.std() == pytest.approx(0.5**0.5 / 3**0.5, rel=0.05)
