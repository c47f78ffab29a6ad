"""A tiny image set in the files, and under the checksums, of MNIST."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bpcli.data.sources.cache import sha256
from bpcli.data.sources.originals import ORIGINALS, TEST, TRAIN, Original
from bpcli.nn.arrays import Array

WriteIdx = Callable[..., Path]


def idx_bytes(values: Array) -> bytes:
    magic = 2051 if values.ndim == 3 else 2049
    return struct.pack(f">{1 + values.ndim}I", magic, *values.shape) + values.tobytes()


@pytest.fixture
def write_idx(tmp_path: Path) -> WriteIdx:
    """Write an array as an IDX file, compressed where its name says so."""

    def write(name: str, values: Array) -> Path:
        path, content = tmp_path / name, idx_bytes(values)
        path.write_bytes(gzip.compress(content, mtime=0) if name.endswith(".gz") else content)
        return path

    return write


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A folder of four files: 20 training and 10 test images of 28 x 28 pixels."""
    folder = tmp_path / "original"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for (images, labels), count in ((TRAIN, 20), (TEST, 10)):
        x = rng.integers(0, 256, (count, 28, 28)).astype(np.uint8)
        (folder / images).write_bytes(gzip.compress(idx_bytes(x), mtime=0))
        (folder / labels).write_bytes(gzip.compress(idx_bytes((np.arange(count) % 10).astype(np.uint8)), mtime=0))
    return folder


@pytest.fixture
def publish(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, str], None]:
    """Make the files of a folder those that bpcli and tensorflow-datasets know as MNIST, at an address."""

    def publish(folder: Path, address: str = "http://127.0.0.1:9/") -> None:
        from tensorflow_datasets.core.download import checksums
        from tensorflow_datasets.image_classification import mnist

        infos = {address + path.name: checksums.compute_url_info(path) for path in folder.iterdir()}
        monkeypatch.setattr(mnist.MNIST, "url_infos", infos)
        originals = {path.name: Original(sha256(path)) for path in folder.iterdir()}
        for name in list(ORIGINALS):
            monkeypatch.setitem(ORIGINALS, name, originals)

    return publish
