"""The config inside a checkpoint names places on this machine: nothing is written there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from bpcli.api.evaluate import evaluate
from bpcli.api.gradcheck import gradcheck
from bpcli.api.train import train
from bpcli.config.load import config_from_data
from bpcli.errors import CheckpointError
from tests.data.conftest import publish, tiny  # noqa: F401  # fixtures


@pytest.fixture
def images(tiny: Path, publish: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: F811
    """A folder with a run on images whose cache_dir was given; the user's own cache folder is `user`."""
    import platformdirs

    publish(tiny)  # type: ignore[operator]
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda name, appauthor: tmp_path / "user")
    monkeypatch.chdir(tmp_path)
    data = {"name": "mnist", "files": str(tiny), "cache_dir": str(tmp_path / "stranger")}
    train(config_from_data({"data": data, "model": {"layers": [10]}, "training": {"epochs": 1}}), output="run")
    shutil.rmtree(tmp_path / "stranger")
    return tmp_path


def test_an_evaluation_and_a_gradient_check_write_to_the_users_own_cache(images: Path) -> None:
    for look in (evaluate, gradcheck):
        look("run")
        assert not (images / "stranger").exists()
        assert [path.name for path in (images / "user").iterdir()] == ["mnist-1"]
        shutil.rmtree(images / "user")


def test_what_is_called_like_a_cache_where_the_checkpoint_says_is_left_alone(images: Path) -> None:
    (images / "stranger" / "mnist-1").mkdir(parents=True)
    evaluate("run")
    assert list((images / "stranger" / "mnist-1").iterdir()) == []


def test_a_cache_folder_that_is_given_anew_is_used(images: Path) -> None:
    for number, given in enumerate((f"data.cache_dir={images}/own", f"data={{name: mnist, cache_dir: {images}/own}}")):
        evaluate("run", overrides=[given] if not number else [given, f"data.files={images}/original"])
        assert (images / "own" / "mnist-1" / "meta.json").is_file()
        assert not (images / "user").exists()
        shutil.rmtree(images / "own")


@pytest.mark.parametrize("name", ["csv", "npz"])
def test_a_pipe_or_device_that_a_checkpoint_names_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    x, y = np.arange(40.0).reshape(20, 2), np.arange(20) % 2
    np.savez("own.npz", x=x, y=y)
    Path("own.csv").write_text("a,b,class\n" + "".join(f"{a},{b},{c}\n" for (a, b), c in zip(x, y, strict=True)))
    shutil.copy(f"own.{name}", "data")
    config = {"data": {"name": name, "file": "data"}, "model": {"layers": [2]}, "training": {"epochs": 1}}
    train(config_from_data(config), output="run")
    evaluate("run")
    Path("data").unlink()
    os.mkfifo("data")
    for look in (evaluate, gradcheck):
        with pytest.raises(CheckpointError, match=r"trained on data, which is not a file: add data\.file=FILE"):
            look("run")
    Path("data").unlink()
    Path("data").symlink_to("/dev/zero")
    with pytest.raises(CheckpointError, match=r"trained on data, which is not a file: add data\.file=FILE"):
        evaluate("run")
    evaluate("run", overrides=[f"data.file=own.{name}"])
