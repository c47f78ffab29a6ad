"""MNIST and the sets made in its image: 60,000 + 10,000 pictures of 28 x 28 bytes in ten classes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from bpcli.data.cache import Decoded, cached_arrays, default_folder, sha256
from bpcli.data.dataset import DataInfo, Dataset, Examples
from bpcli.data.fetch import original_files
from bpcli.data.idx import read_pair
from bpcli.data.paths import user_path
from bpcli.data.scaling import Scale
from bpcli.data.source import Source
from bpcli.errors import config_error

IMAGE_SHAPE = (28, 28)

FORMAT = 1
"""Part of the cache folder's name; another number for another content."""

TRAIN = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
TEST = ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")

ARRAYS = ("train_x", "train_y", "test_x", "test_y")


@dataclass(frozen=True, kw_only=True)
class ImageSource(Source):
    """Four IDX files, decoded once into a cache; the test split is the published one."""

    scale: Scale = "unit"
    """input scaling: unit (to [0, 1]), standard (mean 0, variance 1) or none; fitted on the training split"""
    files: str | None = None
    """folder with the four original .gz files; unset: they are downloaded"""
    cache_dir: str | None = None
    """folder for the decoded images; unset: the user's cache folder"""

    class_names: ClassVar[tuple[str, ...]] = tuple("0123456789")

    def own_info(self) -> DataInfo:
        rows, columns = IMAGE_SHAPE
        return DataInfo(features=rows * columns, class_names=self.class_names, image_shape=IMAGE_SHAPE)

    def own_data(self, seed: int) -> Dataset:
        cache = default_folder() if self.cache_dir is None else user_path(self.cache_dir, "cache_dir")
        folder = cache / f"{self.name}-{FORMAT}"
        arrays = cached_arrays(folder, ARRAYS, self._decode, sources=self._own_digests())
        train, test = (
            Examples(arrays[f"{split}_x"], arrays[f"{split}_y"].astype(np.intp)) for split in ("train", "test")
        )
        return self.with_validation(self.own_info(), train, test, seed)

    @property
    def _own_folder(self) -> Path | None:
        return None if self.files is None else user_path(self.files, "files")

    def _own_digests(self) -> dict[str, str] | None:
        """SHA-256 of the user's own files by name; None where the files are to be downloaded."""
        if self._own_folder is None:
            return None
        paths = [self._own_folder / name for name in TRAIN + TEST]
        missing = [path.name for path in paths if not os.path.isfile(path)]
        if missing:
            raise config_error(
                ("data", "files"),
                f"the folder {self._own_folder} has no {' and no '.join(missing)}; "
                f"the four original files of {self.name} belong there",
            )
        try:
            return {path.name: sha256(path) for path in paths}
        except OSError as error:
            raise config_error(("data", "files"), f"cannot read {error.filename}: {error.strerror}") from error

    def _decode(self) -> Decoded:
        arrays = {}
        with original_files(self.name, TRAIN + TEST, self._own_folder) as paths:
            for split, (images, labels) in {"train": TRAIN, "test": TEST}.items():
                arrays[f"{split}_x"], arrays[f"{split}_y"] = read_pair(
                    paths[images], paths[labels], image_shape=IMAGE_SHAPE, classes=len(self.class_names)
                )
            return Decoded(arrays, {name: sha256(path) for name, path in paths.items()})


@dataclass(frozen=True, kw_only=True)
class Mnist(ImageSource):
    """mnist: handwritten digits (LeCun, Bottou, Bengio and Haffner 1998)."""

    name: Literal["mnist"] = "mnist"
    """handwritten digits"""


@dataclass(frozen=True, kw_only=True)
class FashionMnist(ImageSource):
    """fashion_mnist: articles of clothing (Xiao, Rasul and Vollgraf 2017)."""

    name: Literal["fashion_mnist"] = "fashion_mnist"
    """articles of clothing"""

    class_names: ClassVar[tuple[str, ...]] = (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    )


@dataclass(frozen=True, kw_only=True)
class Kmnist(ImageSource):
    """kmnist: cursive Japanese characters (Clanuwat et al. 2018)."""

    name: Literal["kmnist"] = "kmnist"
    """cursive Japanese characters"""

    class_names: ClassVar[tuple[str, ...]] = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
