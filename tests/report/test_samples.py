"""The sheet of samples shows what the network is fed, each example with its label."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpcli.config.load import config_from_data
from bpcli.data.dataset import DataInfo
from bpcli.errors import UsageError
from bpcli.experiment.build import build
from bpcli.report.samples import Samples, draw_samples
from bpcli.training.experiment import Experiment

X = np.zeros((2, 3))
WORDS = DataInfo(features=3, class_names=("iris", "rose"))


def experiment(data: dict[str, Any], units: int, loss: str = "cross_entropy") -> Experiment:
    return build(config_from_data({"data": data, "model": {"layers": [units]}, "loss": loss}))[1]


@pytest.mark.parametrize(
    ("T", "info", "labels"),
    [
        (np.array([1, 0]), WORDS, ["rose", "iris"]),
        (np.array([[1.0], [0.25]]), WORDS, ["rose", "iris + 25% rose"]),
        (np.array([[0.0, 1.0], [0.6, 0.4]]), WORDS, ["rose", "iris + 40% rose"]),
        (np.array([[1.5, 2.0], [0.125, -3.0]]), DataInfo(features=3, targets=2), ["1.5, 2", "0.125, -3"]),
        (np.array([0, 1]), DataInfo(features=3, class_names=("a" * 20, "b")), ["a" * 13 + "…", "b"]),
        (X, DataInfo(features=3, targets=3), ["", ""]),
    ],
    ids=["classes", "0/1", "mixed", "numbers", "long", "autoencoder"],
)
def test_labels_are_what_the_loss_is_told(T: np.ndarray, info: DataInfo, labels: list[str]) -> None:
    assert Samples(X, T, info).labels == labels


@pytest.mark.parametrize(
    ("data", "units", "loss", "count", "drawn"),
    [
        ({"name": "digits"}, 10, "cross_entropy", None, 40),
        ({"name": "digits", "target": "input"}, 64, "mse", 1, 1),
        ({"name": "moons", "batch_size": 8}, 2, "cross_entropy", 50, 50),
        ({"name": "moons", "target": "input"}, 2, "mse", None, 800),
        ({"name": "inline", "inputs": [[0, 1], [1, 0]], "targets": [0.5, 1.5]}, 1, "mse", None, 2),
        ({"name": "iris"}, 3, "cross_entropy", None, 30),
        ({"name": "diabetes"}, 1, "mse", 500, 354),
        ({"name": "inline", "inputs": [[0, 0, 0]], "targets": [0.5]}, 1, "mse", None, 1),
    ],
)
def test_every_kind_of_data_has_a_sheet(
    tmp_path: Path, data: dict[str, Any], units: int, loss: str, count: int | None, drawn: int
) -> None:
    matplotlib_image = pytest.importorskip("matplotlib.image")
    path = tmp_path / "sheet.png"
    assert draw_samples(path, experiment(data, units, loss), title="a title", count=count) == drawn
    picture = matplotlib_image.imread(path)[:, :, :3]
    assert picture.shape[0] > 150
    assert (picture == 1).all(axis=2).mean() > 0.02, "paper"
    assert (picture < 0.98).any(axis=2).mean() > 0.002, "ink"


@pytest.mark.parametrize(
    "names", [["$\\frac{$", "$x$"], ["\x1b[31m", "\x07\u202e"], ["日本", "größe"], ["a" * 1000, "b"]]
)
@pytest.mark.parametrize("features", [2, 3])
def test_a_name_is_drawn_as_it_is_be_it_a_formula_or_a_control_code(
    tmp_path: Path, names: list[str], features: int
) -> None:
    pytest.importorskip("matplotlib")
    table, path = tmp_path / "table.csv", tmp_path / "sheet.svg"
    table.write_text(
        "\n".join(
            [",".join([*[*names, "c"][:features], "y"])]
            + [f"{i},{i}{',1' * (features - 2)},{names[i % 2]}" for i in range(8)]
        ),
        encoding="utf-8",
    )
    assert draw_samples(path, experiment({"name": "csv", "file": str(table)}, 2), title=names[0], count=None) == 6
    assert "\x1b" not in path.read_text(encoding="utf-8")


def test_a_legend_of_many_classes_lists_the_first(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    drawn = []
    for classes in (21, 100):
        path = tmp_path / f"{classes}.svg"
        data = {
            "name": "inline",
            "inputs": [[0, i] for i in range(classes)],
            "targets": [f"c{i:02}" for i in range(classes)],
        }
        draw_samples(path, experiment(data, classes), title="many", count=None)
        drawn.append(path.read_text(encoding="utf-8"))
    assert [f"<!-- {label} -->" in drawn[0] for label in ("c19", "c20", "and 1 more")] == [True, False, True]
    assert [f"<!-- {label} -->" in drawn[1] for label in ("c19", "c20", "and 80 more")] == [True, False, True]


def test_what_is_drawn_is_what_is_streamed(tmp_path: Path) -> None:
    """The same config draws the same file, another augmentation another one."""
    pytest.importorskip("matplotlib")
    drawn = []
    for number, rotation in enumerate((0, 0, 30)):
        path = tmp_path / f"{number}.png"
        data = {"name": "digits", "augmentation": {"rotation": rotation}}
        draw_samples(path, experiment(data, 10), title="digits", count=4)
        drawn.append(path.read_bytes())
    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf", "PNG"])
def test_a_sheet_is_drawn_anew_and_nothing_else_is_drawn_over(tmp_path: Path, suffix: str) -> None:
    pytest.importorskip("matplotlib")
    path, moons = tmp_path / f"sheet.{suffix}", experiment({"name": "moons"}, 2)
    for count in (4, 5):
        assert draw_samples(path, moons, title="moons", count=count) == count
    path.write_bytes(b"a photograph")
    with pytest.raises(UsageError, match=f"sheet.{suffix} is there already, and is not known as a sheet of bpcli"):
        draw_samples(path, moons, title="moons", count=4)
    assert path.read_bytes() == b"a photograph"


def test_a_pipe_is_not_drawn_to(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    os.mkfifo(tmp_path / "sheet.png")
    with pytest.raises(UsageError, match=r"sheet.png is there already"):
        draw_samples(tmp_path / "sheet.png", experiment({"name": "moons"}, 2), title="moons", count=4)


def test_a_file_that_cannot_be_drawn_to_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    moons = experiment({"name": "moons"}, 2)
    with pytest.raises(UsageError, match=r"sheet\.doc: name a file that ends in \.png, \.svg or \.pdf$"):
        draw_samples(tmp_path / "sheet.doc", moons, title="", count=3)
    with pytest.raises(UsageError, match=r"sheet\.png: No such file or directory; choose another file$"):
        draw_samples(tmp_path / "absent" / "sheet.png", moons, title="", count=3)


def test_without_matplotlib_one_line_says_how_to_have_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.setattr(sys, "executable", "/with a space/python")
    with pytest.raises(UsageError) as caught:
        draw_samples(tmp_path / "sheet.png", experiment({"name": "moons"}, 2), title="", count=3)
    assert str(caught.value) == (
        "--samples draws with matplotlib, which is not installed: '/with a space/python' -m pip install matplotlib"
    )


def test_a_matplotlib_that_is_there_but_broken_is_not_said_to_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "matplotlib").mkdir()
    (tmp_path / "matplotlib/__init__.py").write_text("raise ImportError('built for another NumPy')")
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UsageError, match=r"matplotlib, which cannot be imported: built for another NumPy$"):
        draw_samples(tmp_path / "sheet.png", experiment({"name": "moons"}, 2), title="", count=3)
