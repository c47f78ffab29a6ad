"""IDX files are read whole, or refused by name."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bpcli.data.sources.idx import IMAGES, LABELS, read_idx, read_pair
from bpcli.errors import DataError
from bpcli.nn.arrays import Array

WriteIdx = Callable[[str, Array], Path]

PIXELS = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)
DIGITS = np.array([2, 0, 1], np.uint8)


def pair(images: Path, labels: Path) -> tuple[Array, Array]:
    return read_pair(images, labels, image_shape=(4, 5), classes=3)


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_images_and_labels_come_back_as_they_were_written(write_idx: WriteIdx, suffix: str) -> None:
    assert (read_idx(write_idx(f"images{suffix}", PIXELS), IMAGES) == PIXELS).all()
    assert (read_idx(write_idx(f"labels{suffix}", DIGITS), LABELS) == DIGITS).all()


def test_a_pair_is_flattened(write_idx: WriteIdx) -> None:
    x, y = pair(write_idx("images.gz", PIXELS), write_idx("labels.gz", DIGITS))
    assert x.shape == (3, 20)
    assert (x[1] == PIXELS[1].ravel()).all()
    assert y.tolist() == [2, 0, 1]


@pytest.mark.parametrize("lost", [1, 30, 70])
def test_a_truncated_file_is_refused_by_name(write_idx: WriteIdx, lost: int) -> None:
    path = write_idx("images", PIXELS)
    path.write_bytes(path.read_bytes()[:-lost])
    with pytest.raises(DataError, match=re.escape(f"{path} is truncated")):
        read_idx(path, IMAGES)


def test_a_truncated_gzip_stream_is_refused_by_name(write_idx: WriteIdx) -> None:
    path = write_idx("images.gz", PIXELS)
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(DataError, match=re.escape(f"{path} is truncated: its gzip stream")):
        read_idx(path, IMAGES)


def test_a_damaged_gzip_stream_is_refused_by_name(write_idx: WriteIdx) -> None:
    path = write_idx("images.gz", PIXELS)
    content = bytearray(path.read_bytes())
    content[-6] ^= 1  # in the CRC
    path.write_bytes(content)
    with pytest.raises(DataError, match=re.escape(f"{path} is damaged")):
        read_idx(path, IMAGES)


def test_a_file_that_is_too_long_is_refused(write_idx: WriteIdx) -> None:
    path = write_idx("labels", DIGITS)
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(DataError, match="is too long: its header promises 3 bytes of labels, and 4 follow"):
        read_idx(path, LABELS)


def test_labels_where_images_belong_are_refused_by_name(write_idx: WriteIdx) -> None:
    path = write_idx("labels", np.arange(20, dtype=np.uint8))
    with pytest.raises(DataError, match=re.escape(f"{path} should hold IDX images (magic 2051), but is IDX labels")):
        read_idx(path, IMAGES)


def test_something_else_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(gzip.compress(b"<html>moved permanently</html>"))
    with pytest.raises(DataError, match="not IDX images or labels"):
        read_idx(path, IMAGES)
    with pytest.raises(DataError, match=re.escape(f"cannot read {tmp_path / 'absent'}: No such file")):
        read_idx(tmp_path / "absent", IMAGES)


def test_counts_that_disagree_are_refused_by_name(write_idx: WriteIdx) -> None:
    images, labels = write_idx("images", PIXELS), write_idx("labels", DIGITS[:2])
    with pytest.raises(DataError, match=re.escape(f"{images} holds 3 images, but {labels} holds 2 labels")):
        pair(images, labels)


def test_images_of_another_size_are_refused(write_idx: WriteIdx) -> None:
    with pytest.raises(DataError, match="should hold images of 4 x 5 pixels, but they are 5 x 4"):
        pair(write_idx("images", PIXELS.reshape(3, 5, 4)), write_idx("labels", DIGITS))


def test_a_label_outside_the_classes_is_refused(write_idx: WriteIdx) -> None:
    with pytest.raises(DataError, match="holds the label 3, but labels go from 0 to 2"):
        pair(write_idx("images", PIXELS), write_idx("labels", DIGITS + np.uint8(1)))


def test_no_images_are_refused(write_idx: WriteIdx) -> None:
    with pytest.raises(DataError, match="holds no images"):
        pair(write_idx("images", PIXELS[:0]), write_idx("labels", DIGITS[:0]))
