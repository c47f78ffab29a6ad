"""Arrays and a JSON header in one .npz, deterministic to write and verified to read.

`np.load` alone trusts too much: it stops reading at the size a damaged header states, before the checksum, and it
allocates what that header asks for. Here nothing is read that is not of the size it has to be, the members may not
take more than the file has, a digest over header and arrays is checked, and every number is finite; whatever is wrong
comes out as one `CheckpointError`.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any

import numpy as np

from bpcli.errors import CheckpointError
from bpcli.nn.arrays import Array, is_finite
from bpcli.runs.files import open_to_read

FORMAT_VERSION = 3
"""The version that is written; those before it are read."""
HEADER = "header.json"
HEADER_LIMIT = 1 << 24
"""Bytes of it, enough for a million names; what json makes of hostile text takes forty times as many."""
DIRECTORY_LIMIT = 1 << 21
"""Bytes at the end of the file in which the zip's directory has to lie."""
DTYPES = ("<f4", "<f8", "<u8")
_BLOCK = 1 << 18
"""Bytes of an array that are handled at once."""
_PIECE = 1 << 19
"""Bytes that are written at once."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""A zip member must have a date; a fixed one makes equal states equal files."""


@dataclass(frozen=True)
class Packed:
    """A header and arrays that go into a file; the arrays are read only when it is written."""

    header: str
    """JSON, without the digest that comes last"""
    arrays: Mapping[str, Array]

    def write(self, file: IO[bytes]) -> None:
        """Write an .npz with one member an array, under its name, and the header before them in `header.json`.

        Nothing is copied but a block at a time.
        """
        digest, crcs = hashlib.sha256(self.header.encode()), {}
        for name, array in self.arrays.items():
            crcs[name] = zlib.crc32(_npy_header(array))
            for block in _blocks(array):
                digest.update(block)
                crcs[name] = zlib.crc32(block, crcs[name])
        whole = f'{self.header[:-1]}, "sha256": "{digest.hexdigest()}"}}'.encode()
        with closing(_Gathered(file)) as gathered, zipfile.ZipFile(gathered, "w") as archive:
            _add(archive, HEADER, len(whole), zlib.crc32(whole), [whole])
            for name, array in self.arrays.items():
                start = _npy_header(array)
                _add(archive, f"{name}.npy", len(start) + array.nbytes, crcs[name], [start], _blocks(array))


class _Gathered:
    """A file that is written from its beginning to its end, in few large pieces."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._pieces = file, list[bytes | memoryview]()
        self._waiting = self._size = 0

    def tell(self) -> int:
        return self._size

    def write(self, piece: bytes | memoryview) -> int:
        size = memoryview(piece).nbytes
        self._pieces.append(piece)
        self._waiting, self._size = self._waiting + size, self._size + size
        if self._waiting >= _PIECE:
            self.flush()
        return size

    def flush(self) -> None:
        if self._pieces:
            self._file.write(b"".join(self._pieces))
        self._pieces, self._waiting = [], 0

    close = flush


def _add(archive: zipfile.ZipFile, name: str, size: int, crc: int, *parts: Iterable[bytes | memoryview]) -> None:
    """Add a member whose checksum is known beforehand: `zipfile` alone would go back and write it when it is there."""
    info = zipfile.ZipInfo(name, _EPOCH)
    info.file_size = info.compress_size = size
    info.CRC, info.header_offset, info.external_attr = crc, archive.start_dir, 0o600 << 16
    assert archive.fp is not None
    archive.fp.write(info.FileHeader())
    for block in chain(*parts):
        archive.fp.write(block)
    archive.filelist.append(info)
    archive.start_dir = archive.fp.tell()


def pack(header: Mapping[str, Any], arrays: Mapping[str, Array]) -> Packed:
    """What makes the file of this header and these arrays. Raises `CheckpointError` where the header is too large."""
    described = {name: {"shape": list(a.shape), "dtype": _little(a.dtype).str} for name, a in arrays.items()}
    text = json.dumps({"format_version": FORMAT_VERSION, **header, "arrays": described}, allow_nan=False)
    size = len(text) + len(', "sha256": ""') + hashlib.sha256().digest_size * 2
    if size > HEADER_LIMIT:
        raise CheckpointError(
            f"a checkpoint's header may take {HEADER_LIMIT:,} bytes, and this one takes {size:,}: "
            "use shorter names of features, targets and classes, or fewer"
        )
    return Packed(text, arrays)


def unpack(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """The header and the arrays of a file that `pack` made; `CheckpointError` for any other, or a damaged one."""
    try:
        with open_to_read(path) as file:
            _require_short_directory(file)
            with zipfile.ZipFile(file) as archive:
                return _verified(archive, file.seek(0, io.SEEK_END))
    except CheckpointError:
        raise
    except _VersionError as error:
        raise CheckpointError(f"{path} {error}") from None
    except _DamagedError as error:
        raise CheckpointError(f"{path} is not a whole bpcli checkpoint: {_line(error)}") from None
    except OSError as error:
        raise CheckpointError(f"cannot read {path}: {error.strerror or error}") from None
    except zipfile.BadZipFile as error:
        what = _line(error) if path.stat().st_size else "it is empty"
        raise CheckpointError(f"{path} is not a bpcli checkpoint, or is damaged: {what}") from None
    except MemoryError:
        raise CheckpointError(
            f"there is not enough memory to read {path}, which holds {path.stat().st_size / 1e6:,.0f} MB: "
            "end other programs, or use a machine with more"
        ) from None
    except Exception as error:  # zipfile and json raise a dozen kinds on damaged bytes
        kind = type(error).__name__
        raise CheckpointError(f"{path} is not a bpcli checkpoint, or is damaged ({kind}: {_line(error)})") from None


class _VersionError(Exception):
    """A file of another bpcli."""


class _DamagedError(Exception):
    """What of the file is not as its header says."""


def _line(error: Exception) -> str:
    """What the error says, in one line: it may quote the file, with all that a name in it can hold."""
    text = str(error)
    return "".join(letter if letter.isprintable() else "?" for letter in text[:200]) + ("..." if text[200:] else "")


def _require_short_directory(file: IO[bytes]) -> None:
    """Raise unless the zip's directory lies within the end of the file: `zipfile` makes an object of each entry."""
    file.seek(-min(DIRECTORY_LIMIT, file.seek(0, io.SEEK_END)), io.SEEK_END)
    zipfile.ZipFile(io.BytesIO(file.read())).close()


def _verified(archive: zipfile.ZipFile, size: int) -> tuple[dict[str, Any], dict[str, Array]]:
    members = {info.filename: info for info in archive.infolist()}
    if len(members) != len(archive.infolist()):
        raise _DamagedError("a member appears twice")
    for info in members.values():
        if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
            raise _DamagedError(f"{info.filename} is compressed")
    if sum(info.file_size for info in members.values()) > size:
        raise _DamagedError("its members overlap")
    if min((info.header_offset for info in members.values()), default=0):
        raise _DamagedError("something stands before it")
    if HEADER not in members or members[HEADER].file_size > HEADER_LIMIT:
        raise _DamagedError(f"it has no {HEADER} of at most {HEADER_LIMIT:,} bytes")
    header = json.loads(archive.read(HEADER))
    _require_version(header)
    described = header["arrays"]
    if set(members) != {HEADER, *(f"{name}.npy" for name in described)}:
        raise _DamagedError("its members are not those its header lists")
    arrays = {name: _array(archive, name, **described[name]) for name in described}
    if header.pop("sha256") != _digest(json.dumps(header, allow_nan=False), arrays):
        raise _DamagedError("its digest does not match")
    for name, array in arrays.items():
        if not is_finite(array):
            raise _DamagedError(f"its {name} holds a number that is not finite, which no training leaves")
    return header, arrays


def _require_version(header: Mapping[str, Any]) -> None:
    """Before anything else is asked of it, which may be otherwise in another version."""
    version = header["format_version"]
    if type(version) is not int or not 1 <= version <= FORMAT_VERSION:
        raise _VersionError(
            f"has format version {version!r:.20}, and this bpcli reads 1 to {FORMAT_VERSION}: "
            "use the bpcli that wrote it, or a newer one"
        )


def _array(archive: zipfile.ZipFile, name: str, *, shape: list[int], dtype: str) -> Array:
    """One `.npy` member, whole, of exactly the shape and type that the header states.

    What the member says of itself is Python, and is compared with the text it has to be rather than parsed.
    """
    if dtype not in DTYPES or not all(type(n) is int and n >= 0 for n in shape):
        raise _DamagedError(f"{name} has no shape and type that an array here can have")
    said = f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {tuple(shape)}, }}"
    size = math.prod(shape) * np.dtype(dtype).itemsize
    with archive.open(f"{name}.npy") as member:
        magic, length = member.read(8), int.from_bytes(member.read(2), "little")
        if magic != b"\x93NUMPY\1\0" or member.read(length).decode("latin1").rstrip() != said:
            raise _DamagedError(f"{name} is not of the shape and type its header states")
        if archive.getinfo(f"{name}.npy").file_size - member.tell() != size:
            raise _DamagedError(f"{name} has missing or extra bytes")
        raw = np.empty(size, np.uint8)
        for first in range(0, size, _BLOCK):  # whole, it would be there twice for a moment
            raw[first : first + _BLOCK] = np.frombuffer(member.read(_BLOCK), np.uint8)
        return raw.view(dtype).reshape(shape)


def _digest(header: str, arrays: Mapping[str, Array]) -> str:
    """Of the header, which says where one array ends and the next begins, and of their bytes in its order."""
    digest = hashlib.sha256(header.encode())
    for array in arrays.values():
        for block in _blocks(array):
            digest.update(block)
    return digest.hexdigest()


def _blocks(array: Array) -> Iterator[memoryview]:
    """The bytes of an array in C order, little-endian, however it lies in memory."""
    rows = np.atleast_1d(array)
    step = max(1, _BLOCK // max(1, rows[:1].nbytes))
    for first in range(0, len(rows), step):
        yield np.asarray(rows[first : first + step], _little(array.dtype), order="C").data


def _little(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return dtype.newbyteorder("<")


def _npy_header(array: Array) -> bytes:
    """What an .npy says of itself, before its bytes."""
    file = io.BytesIO()
    described = {"descr": _little(array.dtype).str, "fortran_order": False, "shape": array.shape}
    np.lib.format.write_array_header_1_0(file, described)
    return file.getvalue()
