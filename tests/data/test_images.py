"""The image sets, from files to splits."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bpcli.data.images import TEST, TRAIN, FashionMnist, ImageSource, Kmnist, Mnist
from bpcli.errors import ConfigError, DataError

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
from bpcli.data.images import Mnist
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
