"""The page for learners trains as bpcli does: the same losses and weights from the same start and batches."""

from __future__ import annotations

import ast
import gzip
import io
import struct
import subprocess
import sys
import tokenize
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpcli.config.load import config_from_data
from bpcli.experiment.build import build
from bpcli.training.events import StepDone
from bpcli.training.loop import train
from examples import mlp_in_100_lines as page

PAGE = Path(page.__file__)
TOLERANCE = 1e-10


def config(widths: list[int], data: dict[str, Any], *, rate: float, epochs: int) -> dict[str, Any]:
    return {
        "data": data,
        "model": {"layers": widths, "activation": "tanh"},
        "loss": "cross_entropy",
        "optimizer": {"name": "sgd", "learning_rate": rate, "momentum": 0.9},
        "training": {"epochs": epochs},
        "dtype": "float64",
    }


def assert_equal_to_bpcli(settings: dict[str, Any]) -> list[float]:
    """Train the page's network and bpcli's side by side, and return the losses."""
    resolved, experiment = build(config_from_data(settings))
    views, depth = experiment.objective.network.parameters.views, len(settings["model"]["layers"])
    layers = [(views[f"layers.{i}.W"].copy(), views[f"layers.{i}.b"].copy()) for i in range(depth)]
    classes = layers[-1][1].size
    epochs = range(resolved.training.epochs or 0)
    batches = [
        (X.copy(), T.copy() if classes == 1 else np.eye(classes)[T])
        for epoch in epochs
        for X, T in experiment.batches.epoch(epoch)
    ]
    optimizer = settings["optimizer"]
    losses = list(page.train(layers, batches, rate=optimizer["learning_rate"], momentum=optimizer["momentum"]))
    steps = [event.loss for event in train(experiment, experiment.start()) if isinstance(event, StepDone)]
    np.testing.assert_allclose(losses, steps, rtol=0, atol=TOLERANCE)
    for i, (W, b) in enumerate(layers):
        np.testing.assert_allclose(W, views[f"layers.{i}.W"], rtol=0, atol=TOLERANCE)
        np.testing.assert_allclose(b, views[f"layers.{i}.b"], rtol=0, atol=TOLERANCE)
    return losses


def test_exclusive_or_is_learned_as_bpcli_learns_it() -> None:
    losses = assert_equal_to_bpcli(config([8, 1], {"name": "xor"}, rate=0.5, epochs=1000))
    assert len(losses) == 1000
    assert losses[-1] < 1e-3 < losses[0]


def test_digits_are_learned_as_bpcli_learns_them(tmp_path: Path) -> None:
    """On bytes of the shape of MNIST, in shuffled batches of which the last of each epoch is short."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, 500)
    x = (rng.random((500, 784)) * 255 * (rng.random((10, 784)) < 0.2)[y]).astype(np.uint8)
    np.savez(tmp_path / "images.npz", x_train=x, y_train=y)
    data = {"name": "npz", "file": str(tmp_path / "images.npz"), "batch_size": 32, "scale": "unit", "test_fraction": 0}
    losses = assert_equal_to_bpcli(config([128, 10], data, rate=0.02, epochs=5))
    assert len(losses) == 5 * (-(-500 // 32))
    assert losses[-1] < losses[0] / 5


def test_its_gradients_are_the_numerical_ones() -> None:
    rng = np.random.default_rng(0)
    for outputs in (1, 3):
        layers = page.draw_layers([4, 5, 4, outputs], rng)
        X = rng.standard_normal((6, 4))
        T = rng.integers(0, 2, (6, 1)).astype(float) if outputs == 1 else np.eye(outputs)[rng.integers(0, outputs, 6)]
        inputs, Z = page.forward(layers, X)
        P, _ = page.probabilities_and_loss(Z, T)
        gradients = page.backward(layers, inputs, (P - T) / len(X))
        for parameters, found in zip(layers, gradients, strict=True):
            for values, gradient in zip(parameters, found, strict=True):
                for place in np.ndindex(*values.shape):
                    kept, ends = values[place], []
                    for h in (1e-5, -1e-5):
                        values[place] = kept + h
                        ends.append(page.probabilities_and_loss(page.forward(layers, X)[1], T)[1])
                    values[place] = kept
                    assert gradient[place] == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-6, abs=1e-9)


def test_raw_outputs_far_from_zero_overflow_nowhere() -> None:
    for Z, T in ((np.array([[1e4], [-1e4]]), np.array([[1.0], [1.0]])), (np.array([[1e4, -1e4]]), np.eye(2)[[1]])):
        P, loss = page.probabilities_and_loss(Z, T)
        assert np.isfinite(P).all()
        assert loss in (5e3, 2e4)


def test_an_epoch_holds_every_example_once_in_an_order_of_its_own() -> None:
    X = np.arange(10.0)[:, np.newaxis]
    batches = list(page.shuffled_batches(X, X, size=4, epochs=2, rng=np.random.default_rng(0)))
    assert [len(x) for x, _ in batches] == [4, 4, 2, 4, 4, 2]
    first, second = (np.concatenate([x for x, _ in batches[i : i + 3]]).ravel() for i in (0, 3))
    assert sorted(first) == sorted(second) == X.ravel().tolist()
    assert (first != second).any()


def run(*arguments: str) -> list[str]:
    finished = subprocess.run(
        [sys.executable, PAGE, *arguments], capture_output=True, text=True, check=True, timeout=60
    )
    assert not finished.stderr
    return finished.stdout.splitlines()


def test_it_runs_and_answers_exclusive_or() -> None:
    answers = {line[:7]: float(line.split()[-1]) for line in run() if "xor" in line}
    assert {question: round(p) for question, p in answers.items()} == {
        "0 xor 0": 0,
        "0 xor 1": 1,
        "1 xor 0": 1,
        "1 xor 1": 0,
    }


def test_it_runs_on_a_folder_with_the_files_of_mnist(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    prototypes = rng.integers(0, 256, (10, 28, 28)).astype(np.uint8)
    for name, count in (("train", 200), ("t10k", 50)):
        labels = rng.integers(0, 10, count).astype(np.uint8)
        for kind, array in (("images-idx3-ubyte", prototypes[labels]), ("labels-idx1-ubyte", labels)):
            header = struct.pack(f">{1 + array.ndim}i", 2048 + array.ndim, *array.shape)
            (tmp_path / f"{name}-{kind}.gz").write_bytes(gzip.compress(header + array.tobytes()))
    lines = run(str(tmp_path))
    assert len(lines) == 5
    assert lines[-1].endswith("accuracy on unseen digits 1.0000")


def test_it_is_at_most_100_lines_of_code_and_needs_nothing_of_bpcli() -> None:
    text = PAGE.read_text(encoding="utf-8")
    tree = ast.parse(text)
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= {*sys.stdlib_module_names, "numpy"}
    blank = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    code = {line for token in tokens if token.type not in blank for line in range(token.start[0], token.end[0] + 1)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef) and ast.get_docstring(node):
            code -= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    assert len(code) <= 100
