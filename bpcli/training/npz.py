"""Arrays and a JSON header in one .npz, deterministic to write and verified to read.

`np.load` alone trusts too much: it stops reading at the size a damaged header states, before the checksum, and it
allocates what that header asks for. Here each member is read whole, its name, shape and type are compared with
the JSON header, and a digest over header and arrays is checked; whatever is wrong comes out as one `CheckpointError`.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bpcli.errors import CheckpointError
from bpcli.nn.arrays import Array

HEADER = "header.json"
DTYPES = ("<f4", "<f8")
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""A zip member must have a date; a fixed one makes equal states equal files."""


def pack(header: Mapping[str, Any], arrays: Mapping[str, Array]) -> memoryview:
    """The bytes of an .npz with one member an array, under its name, and the header in `header.json`."""
    arrays = {name: np.asarray(array, array.dtype.newbyteorder("<"), order="C") for name, array in arrays.items()}
    described = {name: {"shape": list(a.shape), "dtype": a.dtype.str} for name, a in arrays.items()}
    whole = {**header, "arrays": described}
    text = json.dumps({**whole, "sha256": _digest(whole, arrays)}, allow_nan=False)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(HEADER, _EPOCH), text)
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy", _EPOCH), "w") as member:
                np.lib.format.write_array_header_1_0(member, np.lib.format.header_data_from_array_1_0(array))
                member.write(array.data)
    return file.getbuffer()


def unpack(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """The header and the arrays of a file that `pack` made; `CheckpointError` for any other, or a damaged one."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise CheckpointError(f"cannot read {path}: it is not a file")
        content = path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"cannot read {path}: {error.strerror or error}") from None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _verified(archive)
    except _DamagedError as error:
        raise CheckpointError(f"{path} is not a whole bpcli checkpoint: {error}") from None
    except Exception as error:  # zipfile and the .npy reader raise a dozen kinds on damaged bytes
        kind = type(error).__name__
        raise CheckpointError(f"{path} is not a bpcli checkpoint, or is damaged ({kind}: {error})") from None


class _DamagedError(Exception):
    """What of the file is not as its header says."""


def _verified(archive: zipfile.ZipFile) -> tuple[dict[str, Any], dict[str, Array]]:
    members = {info.filename: info for info in archive.infolist()}
    if len(members) != len(archive.infolist()):
        raise _DamagedError("a member appears twice")
    for info in members.values():
        if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
            raise _DamagedError(f"{info.filename} is compressed")
    if HEADER not in members:
        raise _DamagedError(f"it has no {HEADER}")
    header = json.loads(archive.read(HEADER))
    described = header["arrays"]
    if set(members) != {HEADER, *(f"{name}.npy" for name in described)}:
        raise _DamagedError("its members are not those its header lists")
    arrays = {name: _array(archive.read(f"{name}.npy"), name, **described[name]) for name in described}
    if header.pop("sha256") != _digest(header, arrays):
        raise _DamagedError("its digest does not match")
    return header, arrays


def _array(member: bytes, name: str, *, shape: list[int], dtype: str) -> Array:
    """One `.npy` member, whole, of exactly the shape and type that the header states."""
    file = io.BytesIO(member)
    if np.lib.format.read_magic(file) != (1, 0):
        raise _DamagedError(f"{name} has an unknown .npy version")
    found_shape, fortran, found_dtype = np.lib.format.read_array_header_1_0(file)
    if (list(found_shape), fortran, found_dtype.str) != (shape, False, dtype) or dtype not in DTYPES:
        raise _DamagedError(f"{name} is not of the shape and type its header states")
    if len(member) - file.tell() != math.prod(found_shape) * found_dtype.itemsize:
        raise _DamagedError(f"{name} has missing or extra bytes")
    return np.frombuffer(member, found_dtype, offset=file.tell()).reshape(found_shape)


def _digest(header: Mapping[str, Any], arrays: Mapping[str, Array]) -> str:
    """Of the header, which says where one array ends and the next begins, and of their bytes in its order."""
    digest = hashlib.sha256(json.dumps(header, allow_nan=False).encode())
    for array in arrays.values():
        digest.update(array.data)
    return digest.hexdigest()
