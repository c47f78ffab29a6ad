"""IDX, the file format of MNIST and its relatives (LeCun, http://yann.lecun.com/exdb/mnist).

A big-endian header of 32-bit integers, then one byte a value: images are 2051, count, rows, columns, pixels row by
row; labels are 2049, count, labels.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from bpcli.errors import DataError
from bpcli.nn.arrays import Array

IMAGES = 2051
LABELS = 2049

_KIND = {IMAGES: "images", LABELS: "labels"}
_DIMENSIONS = {IMAGES: 3, LABELS: 1}


def read_idx(path: Path, magic: int) -> Array:
    """The bytes of an IDX file, gzip-compressed or not: images `(M, rows, columns)` or labels `(M,)`, uint8.

    `magic` says which is expected. Raises DataError, naming the file, for anything else.
    """
    content = _read(path)
    width = 4 * (1 + _DIMENSIONS[magic])
    if len(content) < width:
        raise DataError(f"{path} is truncated: {len(content)} bytes cannot hold the {width} of an IDX header")
    found, *shape = struct.unpack_from(f">{width // 4}I", content)
    if found != magic:
        what = f"IDX {_KIND[found]}" if found in _KIND else "not IDX images or labels"
        raise DataError(f"{path} should hold IDX {_KIND[magic]} (magic {magic}), but is {what} (magic {found})")
    if len(content) != width + math.prod(shape):
        state = "truncated" if len(content) < width + math.prod(shape) else "too long"
        raise DataError(
            f"{path} is {state}: its header promises {_by(tuple(shape))} bytes of {_KIND[magic]}, "
            f"and {len(content) - width} follow"
        )
    return np.frombuffer(content, np.uint8, offset=width).reshape(shape)


def read_pair(images: Path, labels: Path, *, image_shape: tuple[int, int], classes: int) -> tuple[Array, Array]:
    """Images, flattened to `x (M, features)`, and their labels `y (M,)`, both uint8.

    Raises DataError, naming the file, where the two disagree or are not of this shape and these classes.
    """
    x, y = read_idx(images, IMAGES), read_idx(labels, LABELS)
    if x.shape[1:] != image_shape:
        raise DataError(f"{images} should hold images of {_by(image_shape)} pixels, but they are {_by(x.shape[1:])}")
    if len(x) != len(y):
        raise DataError(f"{images} holds {len(x)} images, but {labels} holds {len(y)} labels; they must be as many")
    if not len(x):
        raise DataError(f"{images} holds no images")
    if y.max() >= classes:
        raise DataError(f"{labels} holds the label {y.max()}, but labels go from 0 to {classes - 1}")
    return x.reshape(len(x), -1), y


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    except EOFError as error:
        raise DataError(f"{path} is truncated: its gzip stream stops before its end") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path} is damaged: its gzip stream cannot be read ({error})") from error
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error


def _by(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
