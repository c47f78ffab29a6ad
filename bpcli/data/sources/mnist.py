"""MNIST and the sets made in its image: 60,000 + 10,000 pictures of 28 x 28 bytes in ten classes."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from bpcli.data.dataset import DataInfo, Dataset, Examples
from bpcli.data.paths import user_path
from bpcli.data.scaling import Scale
from bpcli.data.sources.base import Source
from bpcli.data.sources.cache import Decoded, cached_arrays, default_folder, sha256
from bpcli.data.sources.fetch import original_files
from bpcli.data.sources.idx import read_pair
from bpcli.data.sources.originals import ORIGINALS, TEST, TRAIN, Original
from bpcli.errors import DataError, config_error
from bpcli.nn.arrays import Array

IMAGE_SHAPE = (28, 28)

FORMAT = 1
"""Part of the cache folder's name; another number for another content."""

ARRAYS = dict(zip(("train_x", "train_y", "test_x", "test_y"), TRAIN + TEST, strict=True))
"""With the file that each comes from."""


@dataclass(frozen=True, kw_only=True)
class ImageSource(Source):
    """Four IDX files, decoded once into a cache; the test split is the published one."""

    scale: Scale = "unit"
    """input scaling: unit (to [0, 1]), standard (mean 0, variance 1) or none; fitted on the training split"""
    files: str | None = None
    """folder with the four original .gz files; unset: they are downloaded"""
    cache_dir: str | None = None
    """folder for the decoded images; unset: the user's cache folder; not taken from a checkpoint"""

    class_names: ClassVar[tuple[str, ...]] = tuple("0123456789")

    def own_info(self) -> DataInfo:
        rows, columns = IMAGE_SHAPE
        return DataInfo(features=rows * columns, class_names=self.class_names, image_shape=IMAGE_SHAPE)

    def own_data(self, seed: int) -> Dataset:
        cache = default_folder() if self.cache_dir is None else user_path(self.cache_dir, "cache_dir")
        folder = cache / f"{self.name}-{FORMAT}"
        self._require_own_files()
        arrays = cached_arrays(
            folder,
            ARRAYS,
            self._decode,
            sources={name: original.sha256 for name, original in self._originals.items()},
            values=self._values,
            fit=self._fit,
        )
        train, test = (
            Examples(arrays[f"{split}_x"], arrays[f"{split}_y"].astype(np.intp)) for split in ("train", "test")
        )
        return self.with_validation(self.own_info(), train, test, seed)

    @property
    def _own_folder(self) -> Path | None:
        return None if self.files is None else user_path(self.files, "files")

    @property
    def _originals(self) -> Mapping[str, Original]:
        return ORIGINALS[self.name]

    @property
    def _values(self) -> dict[str, str]:
        """SHA-256 of the arrays' values, as far as they are known."""
        known = {array: self._originals[name].values_sha256 for array, name in ARRAYS.items()}
        return {array: values for array, values in known.items() if values is not None}

    def _require_own_files(self) -> None:
        """Raise ConfigError or DataError unless the user's own files are there, and the originals."""
        if self._own_folder is None:
            return
        paths = {name: self._own_folder / name for name in TRAIN + TEST}
        missing = [name for name, path in paths.items() if not os.path.isfile(path)]
        if missing:
            raise config_error(
                ("data", "files"),
                f"the folder {self._own_folder} has no {' and no '.join(missing)}; "
                f"the four original files of {self.name} belong there",
            )
        try:
            self._digests(paths)
        except OSError as error:
            raise config_error(("data", "files"), f"cannot read {error.filename}: {error.strerror}") from error

    def _digests(self, paths: Mapping[str, Path]) -> dict[str, str]:
        """SHA-256 of the original files by name. Raises DataError for a file that is not the original."""
        digests = {name: sha256(path) for name, path in paths.items()}
        for name, digest in digests.items():
            if digest != self._originals[name].sha256:
                raise DataError(f"{paths[name]} is not the original {name} of {self.name}: its SHA-256 differs")
        return digests

    def _decode(self) -> Decoded:
        arrays = {}
        with original_files(self.name, TRAIN + TEST, self._own_folder) as paths:
            sources = self._digests(paths)
            for split, (images, labels) in {"train": TRAIN, "test": TEST}.items():
                arrays[f"{split}_x"], arrays[f"{split}_y"] = read_pair(
                    paths[images], paths[labels], image_shape=IMAGE_SHAPE, classes=len(self.class_names)
                )
            return Decoded(arrays, sources)

    def _fit(self, arrays: Mapping[str, Array]) -> bool:
        """Whether cached arrays are such as `_decode` makes: images, and their labels."""
        features, classes = math.prod(IMAGE_SHAPE), len(self.class_names)
        pairs = [(arrays[f"{split}_x"], arrays[f"{split}_y"]) for split in ("train", "test")]
        return all(x.dtype == y.dtype == np.uint8 for x, y in pairs) and all(
            len(x) and (x.shape, y.shape) == ((len(x), features), (len(x),)) and y.max() < classes for x, y in pairs
        )


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
