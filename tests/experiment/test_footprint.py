"""What cannot fit into any memory there is, is refused before any of it is asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bpcli.config.load import load_config
from bpcli.errors import ConfigError
from bpcli.experiment import footprint
from bpcli.experiment.build import build

XOR = "data: {name: xor, batch_size: full}\nmodel: {layers: [8, 1]}\nloss: mse\n"
ADAM = "optimizer: adam\n"


@pytest.fixture
def npz(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A config of 1,000 rows of 100 float64 columns and two classes, 800 rows to train on."""
    monkeypatch.chdir(tmp_path)
    np.savez("d.npz", x=np.zeros((1000, 100)), y=np.arange(1000) % 2)
    return "data: {name: npz, file: d.npz, batch_size: 10}\nmodel: {layers: [4, 2]}\n"


def refusal(text: str, monkeypatch: pytest.MonkeyPatch, memory: float, *overrides: str) -> str:
    """Why the config is refused where there are so many bytes of memory."""
    monkeypatch.setattr(footprint, "most_memory", lambda: int(memory))
    Path("c.yaml").write_text(text)
    config = load_config("c.yaml", overrides)
    with pytest.raises(ConfigError) as caught:
        build(config)
    return str(caught.value)


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        (
            "[1000000000, 1]",
            "data and model.layers[0].units: the weights, 2 x 1,000,000,000 in model.layers[0], and what the "
            "optimizer keeps of them take 48 GB of the 64 GB needed",
        ),
        ("[8, 1000000, 4, 1]", "model.layers[1].units: the weights, 8 x 1,000,000 in model.layers[1]"),
        ("[4, 1000000, 9, 1]", "model.layers[1].units: the weights, 1,000,000 x 9 in model.layers[2]"),
        ("[2, 1000000, 1]", "model.layers[1].units: the weights, 2 x 1,000,000 in model.layers[1]"),
    ],
)
def test_the_layer_with_most_weights_is_named_with_all_they_take(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, layers: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    text = refusal(XOR + ADAM, monkeypatch, 1e6, f"model.layers={layers}")
    assert said.removeprefix("data and ") in text
    assert text.endswith("and this process can have 1 MB of memory: write fewer units")


def test_weights_that_the_columns_make_are_put_down_to_them(npz: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(npz, monkeypatch, 1000, "model.layers=[2]", "data.scale=none").startswith("data: ")


def test_a_batch_is_named_where_a_smaller_one_would_do(npz: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = refusal(npz, monkeypatch, 4e6, "data.batch_size=full", "model.layers=[1000, 2]")
    assert text == (
        "data.batch_size: batches of 800 rows, in layers of 1,102 units together, take 3.53 MB of the 5.46 MB needed, "
        "and this process can have 4 MB of memory: write a smaller batch_size"
    )
    text = refusal(npz, monkeypatch, 1e6, "data.batch_size=full", "model.layers=[1000, 2]")
    assert text.startswith("data: 800 rows"), "a smaller batch would not do"


def test_an_optimizer_that_needs_all_rows_is_not_told_to_take_fewer(npz: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lbfgs = "optimizer={name: lbfgs, history: 1}"
    text = refusal(npz, monkeypatch, 5.5e6, "data.batch_size=full", "model.layers=[1000, 2]", lbfgs)
    assert text.endswith("lbfgs needs all rows at once: write another optimizer, and a smaller batch_size")


def test_data_are_counted_as_they_are_and_scaled(npz: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = refusal(npz, monkeypatch, 1e6)
    assert text == (
        "data: 800 rows of 100 columns, as they are and scaled, take 1.12 MB of the 1.13 MB needed, and this process "
        "can have 1 MB of memory: learn from fewer rows or columns"
    )


def test_a_window_of_a_stream_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.csv").write_text("a,b\n1,2\n")
    text = "data: {name: stream, file: s.csv, window: 1000000000000}\nmodel: {layers: [8, 1]}\nloss: mse\n"
    assert refusal(text, monkeypatch, 1e9).startswith("data.window: batches of 1,000,000,000,000 rows, in layers")


def test_a_stream_of_few_rows_may_have_longer_epochs_than_can_be_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.csv").write_text("a,b\n1,2\n")
    Path("c.yaml").write_text(
        f"data: {{name: stream, file: s.csv, epoch_size: {10**30}}}\nmodel: {{layers: [1]}}\nloss: mse\n"
    )
    _, experiment = build(load_config("c.yaml"))
    assert len([batch for batch in experiment.batches.epoch(0) if batch]) == 1


def test_nothing_is_refused_that_fits(npz: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(footprint, "most_memory", lambda: 1_200_000)
    Path("c.yaml").write_text(npz)
    build(load_config("c.yaml"))
