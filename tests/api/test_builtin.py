"""Every config that comes with bpcli trains, resumes bit for bit, and has right gradients."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import bpcli
from bpcli.config.builtin import builtin_configs
from bpcli.config.sections import Config
from bpcli.data.sources.cache import sha256
from bpcli.data.sources.mnist import ImageSource
from bpcli.data.sources.originals import ORIGINALS, TEST, TRAIN, Original
from tests.data.conftest import idx_bytes

from .conftest import arrays, rows
from .test_train import after

NAMES = [config.name for config in builtin_configs()]
FOLDER = Path(__file__).parents[2] / "configs"


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Overrides that have few random images stand in for the originals, whose checksums are changed to theirs."""
    folder, rng = tmp_path_factory.mktemp("original"), np.random.default_rng(0)
    for (pixels, labels), count in ((TRAIN, 300), (TEST, 100)):
        x = rng.integers(0, 256, (count, 28, 28)).astype(np.uint8)
        (folder / pixels).write_bytes(gzip.compress(idx_bytes(x), mtime=0))
        (folder / labels).write_bytes(gzip.compress(idx_bytes((np.arange(count) % 10).astype(np.uint8)), mtime=0))
    from tensorflow_datasets.core.download import checksums
    from tensorflow_datasets.image_classification import mnist

    infos = {f"http://127.0.0.1:9/{path.name}": checksums.compute_url_info(path) for path in folder.iterdir()}
    originals = {path.name: Original(sha256(path)) for path in folder.iterdir()}
    with pytest.MonkeyPatch.context() as patch:
        for builder in (mnist.MNIST, mnist.FashionMNIST, mnist.KMNIST):
            patch.setattr(builder, "url_infos", infos)
        for name in ORIGINALS:
            patch.setitem(ORIGINALS, name, originals)
        yield [f"data.files={folder}", f"data.cache_dir={tmp_path_factory.mktemp('cache')}"]


def short(name: str, epochs: int, images: list[str]) -> Config:
    path = FOLDER / f"{name}.yaml"
    is_image = isinstance(bpcli.load_config(path).data, ImageSource)
    length = [f"training.epochs={epochs}", "training.evaluate_every=1"]
    return bpcli.load_config(path, [*length, *(images if is_image else [])])


@pytest.mark.parametrize("name", NAMES)
def test_it_trains_for_an_epoch_and_is_measured(name: str, images: list[str], tmp_path: Path) -> None:
    result = bpcli.train(short(name, 1, images), output=tmp_path / "run")
    assert result.status == "completed"
    assert result.epochs == 1
    assert all(np.isfinite(value) for value in result.final.values())
    overrides = images if isinstance(bpcli.load_config(FOLDER / f"{name}.yaml").data, ImageSource) else []
    assert np.isfinite(bpcli.evaluate(tmp_path / "run", overrides=overrides).loss)


@pytest.mark.parametrize("name", NAMES)
def test_stopped_in_its_second_epoch_and_resumed_it_is_the_run_that_never_stopped(
    name: str, images: list[str], tmp_path: Path
) -> None:
    config = short(name, 3, images)
    straight = bpcli.train(config, output=tmp_path / "straight")
    stop = max(1, straight.steps // 2)
    assert bpcli.train(config, output=tmp_path / "stopped", interrupted=after(stop)).status == "interrupted"
    bpcli.train(config, output=tmp_path / "stopped", resume="last")
    assert arrays(tmp_path / "stopped" / "last.npz") == arrays(tmp_path / "straight" / "last.npz")
    assert rows(tmp_path / "stopped") == rows(tmp_path / "straight")


@pytest.mark.parametrize("name", NAMES)
def test_its_gradients_are_right(name: str, images: list[str]) -> None:
    report = bpcli.gradcheck(short(name, 1, images), samples=20)
    assert report.passed
    assert report.max_relative_error < 1e-6
