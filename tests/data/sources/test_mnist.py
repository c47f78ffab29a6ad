"""The image sets, from files to splits."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bpcli.data.sources.cache import sha256
from bpcli.data.sources.mnist import FashionMnist, ImageSource, Kmnist, Mnist
from bpcli.data.sources.originals import ORIGINALS, TEST, TRAIN, Original
from bpcli.errors import ConfigError, DataError
from bpcli.runs.checkpoint import load_checkpoint

Publish = Callable[..., None]


@pytest.fixture
def source(tiny: Path, publish: Publish, tmp_path: Path) -> Mnist:
    publish(tiny)
    return Mnist(files=str(tiny), cache_dir=str(tmp_path / "cache"), validation_fraction=0.5)


@pytest.mark.parametrize("source", [Mnist(), FashionMnist(), Kmnist()])
def test_what_a_network_has_to_fit_is_known_without_files(source: ImageSource) -> None:
    info = source.info()
    assert (info.features, info.classes, info.image_shape) == (784, 10, (28, 28))


def test_the_published_test_split_is_the_test_split(source: Mnist) -> None:
    data = source.load(0)
    assert [len(examples) for examples in data.splits.values()] == [10, 10, 10]
    assert data.train.x.shape == (20, 784)
    assert (data.train.x.dtype, data.train.y.dtype) == (np.uint8, np.intp)
    assert data.train.y.tolist() == [*range(10), *range(10)]
    assert sorted(data.split("validation").targets) == list(range(10))


def test_the_second_start_needs_no_tensorflow_datasets(source: Mnist) -> None:
    source.load(0)
    program = f"""
import sys
from bpcli.data.sources.mnist import Mnist
from bpcli.data.sources.originals import ORIGINALS, Original
ORIGINALS["mnist"] = {ORIGINALS["mnist"]!r}
assert len(Mnist(files={source.files!r}, cache_dir={source.cache_dir!r}).load(0).train) == 20
assert len(Mnist(cache_dir={source.cache_dir!r}).load(0).train) == 20
assert "tensorflow_datasets" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_missing_file_is_an_error_of_its_key_even_where_there_is_a_cache(source: Mnist, tiny: Path) -> None:
    source.load(0)
    for name in (TEST[0], TRAIN[1]):
        (tiny / name).unlink()
    with pytest.raises(ConfigError, match=rf"data\.files: the folder .* has no {TRAIN[1]} and no {TEST[0]}"):
        source.load(0)


def test_a_file_that_changed_is_refused_by_name_even_where_there_is_a_cache(source: Mnist, tiny: Path) -> None:
    source.load(0)
    (tiny / TEST[1]).write_bytes((tiny / TRAIN[1]).read_bytes())
    with pytest.raises(DataError, match=f"{TEST[1]} is not the original"):
        source.load(0)


def test_files_of_another_set_are_refused(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"is not the original train-images-idx3-ubyte\.gz of kmnist"):
        Kmnist(files=str(tiny), cache_dir=str(tmp_path / "cache")).load(0)


def test_swapped_files_are_refused_by_name(tiny: Path, publish: Publish, tmp_path: Path) -> None:
    images, labels = ((tiny / name).read_bytes() for name in TRAIN)
    (tiny / TRAIN[0]).write_bytes(labels)
    (tiny / TRAIN[1]).write_bytes(images)
    publish(tiny)
    with pytest.raises(DataError, match=f"{TRAIN[0]} should hold IDX images"):
        Mnist(files=str(tiny), cache_dir=str(tmp_path / "cache")).load(0)


@pytest.mark.parametrize("source", [Mnist(), FashionMnist(), Kmnist()])
def test_the_originals_are_those_that_tensorflow_datasets_publishes(source: ImageSource) -> None:
    import tensorflow_datasets as tfds

    published = {info.filename: info.checksum for info in tfds.builder_cls(source.name).url_infos.values()}
    assert {name: original.sha256 for name, original in ORIGINALS[source.name].items()} == published


def rewrite(source: Mnist, name: str, array: np.ndarray) -> None:
    """Change an array of the cache, and meta.json with it, as somebody who means it would."""
    folder = Path(source.cache_dir or "") / "mnist-1"
    path, meta = folder / f"{name}.npy", json.loads((folder / "meta.json").read_text())
    path.unlink()  # it may be mapped
    np.save(path, array)
    meta["arrays"][name] = {"bytes": path.stat().st_size, "sha256": sha256(path)}
    (folder / "meta.json").write_text(json.dumps(meta))


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("train_y", np.full(20, 10, np.uint8)),
        ("train_x", np.zeros((20, 10), np.uint8)),
        ("train_x", np.zeros((7, 784), np.uint8)),
        ("test_x", np.zeros((0, 784), np.uint8)),
        ("test_x", np.zeros((10, 784), np.float32)),
        ("test_x", np.zeros(784, np.uint8)),
        ("test_y", np.zeros((10, 1), np.uint8)),
        ("test_y", np.array(["a"] * 10)),
        ("train_x", np.array(7)),
    ],
    ids=["classes", "width", "length", "nothing", "type", "one image", "columns", "words", "number"],
)
def test_a_rewritten_cache_that_holds_no_such_images_is_rebuilt(source: Mnist, name: str, array: np.ndarray) -> None:
    true = source.load(0)
    rewrite(source, name, array)
    again = source.load(0)
    for split, examples in true.splits.items():
        assert np.array_equal(again.split(split).x, examples.x)
        assert np.array_equal(again.split(split).targets, examples.targets)


def test_a_rewritten_cache_is_recognised_by_the_known_values_of_the_originals(
    source: Mnist, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = source.load(0).train.x.copy()
    known = ORIGINALS["mnist"] | {
        TRAIN[0]: Original(ORIGINALS["mnist"][TRAIN[0]].sha256, hashlib.sha256(true.tobytes()).hexdigest())
    }
    rewrite(source, "train_x", np.zeros_like(true))
    assert not source.load(0).train.x.any(), "it is as it was decoded, as far as it says itself"
    monkeypatch.setitem(ORIGINALS, "mnist", known)
    assert (source.load(0).train.x == true).all()
    rewrite(source, "train_x", np.asfortranarray(true))
    assert (source.load(0).train.x == true).all(), "other bytes, equal values"


def test_a_cache_that_says_it_comes_from_other_files_is_rebuilt(source: Mnist) -> None:
    true = source.load(0).train.x.copy()
    rewrite(source, "train_x", np.zeros_like(true))
    path = Path(source.cache_dir or "") / "mnist-1" / "meta.json"
    path.write_text(path.read_text().replace(ORIGINALS["mnist"][TRAIN[0]].sha256, "0" * 64))
    with pytest.raises(DataError, match="cannot download"):
        Mnist(cache_dir=source.cache_dir).load(0)
    assert (source.load(0).train.x == true).all()


@pytest.mark.skipif("BPCLI_TEST_DATA" not in os.environ, reason="needs real MNIST")
def test_the_known_values_are_those_of_real_mnist(tmp_path: Path) -> None:
    data = Mnist(files=str(Path(os.environ["BPCLI_TEST_DATA"], "mnist")), cache_dir=str(tmp_path)).load(0)
    known = {name: original.values_sha256 for name, original in ORIGINALS["mnist"].items()}
    found = {}
    for split, (images, labels) in {"train": TRAIN, "test": TEST}.items():
        examples = data.splits[split]  # type: ignore[index]
        found[images] = hashlib.sha256(examples.x.tobytes()).hexdigest()
        found[labels] = hashlib.sha256(examples.y.astype(np.uint8).tobytes()).hexdigest()
    assert found == known


def test_a_cache_that_is_cut_between_two_epochs_is_an_error_and_what_was_learned_is_saved(
    source: Mnist, tmp_path: Path
) -> None:
    source.load(0)
    config = {
        "data": {"name": "mnist", "cache_dir": source.cache_dir, "validation_fraction": 0.5},
        "model": {"layers": [10]},
        "training": {"epochs": 3},
    }
    program = f"""
import os, sys
from bpcli.api.train import train
from bpcli.config.load import config_from_data
from bpcli.data.sources.originals import ORIGINALS, Original
from bpcli.errors import DataError
from bpcli.training.events import Evaluated
ORIGINALS["mnist"] = {ORIGINALS["mnist"]!r}
def cut(event):
    if isinstance(event, Evaluated):
        os.truncate({str(tmp_path / "cache" / "mnist-1" / "train_x.npy")!r}, 100)
try:
    train(config_from_data({config!r}), output={str(tmp_path / "run")!r}, on_event=cut)
except DataError as error:
    sys.exit(str(error))
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert run.returncode == 1, f"exit {run.returncode}, not by a signal: {run.stderr}"
    assert "train_x.npy was cut while it was in use: it is built again at the next start" in run.stderr
    assert "what was learnt before is saved: go on with --resume" in run.stderr
    assert load_checkpoint(tmp_path / "run" / "last.npz").counters.epoch == 1


def test_the_cache_goes_to_the_users_cache_folder_unless_said_otherwise(
    source: Mnist, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import platformdirs

    monkeypatch.setattr(platformdirs, "user_cache_path", lambda name, appauthor: tmp_path / "user" / name)
    Mnist(files=source.files).load(0)
    assert (tmp_path / "user" / "bpcli" / "mnist-1" / "meta.json").is_file()


@pytest.mark.skipif(
    "BPCLI_TEST_DATA" not in os.environ,
    reason="needs real MNIST: set BPCLI_TEST_DATA to a folder with mnist/ and its four original .gz files",
)
def test_real_mnist_is_read_whole(tmp_path: Path) -> None:
    files = Path(os.environ["BPCLI_TEST_DATA"], "mnist")
    data = Mnist(files=str(files), cache_dir=str(tmp_path), validation_fraction=0.1).load(0)
    assert [len(examples) for examples in data.splits.values()] == [54_000, 6_000, 10_000]
    assert data.train.y[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert np.bincount(data.train.y).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert (data.train.x / 255).mean() == pytest.approx(0.1307, abs=5e-5)  # the figure everyone normalises MNIST with
    shares = np.bincount(data.split("validation").targets)
    assert np.abs(shares - np.bincount(data.train.y) / 10).max() < 1
