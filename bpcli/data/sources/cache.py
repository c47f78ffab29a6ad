"""Decoded arrays on disk, memory-mapped, and never trusted without their digests.

    <cache_dir>/mnist-1/train_x.npy ...     the arrays
    <cache_dir>/mnist-1/meta.json           the folder's name, so that no other set's can pass for it; the arrays' sizes
                                            and SHA-256, and the SHA-256 of the files they come from

A folder appears whole or not at all, so two processes may build it at once. Nothing is replaced that is not known for a
cache. That is what meta.json says, so it is flushed with fsync. The arrays are not: what a power cut damages, the
digests find, and it is built again.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bpcli.errors import DataError, config_error
from bpcli.nn.arrays import Array

ATTEMPTS = 3
"""Another process may replace a folder between our writing and our reading it."""

META = "meta.json"
META_LIMIT = 1 << 16
"""Bytes of it."""
_KEYS = {"folder": str, "arrays": dict, "sources": dict}
"""of a meta.json"""


class Decoded(NamedTuple):
    """What there is to cache."""

    arrays: Mapping[str, Array]
    sources: Mapping[str, str]
    """SHA-256 of the files the arrays come from, by file name"""


def cached_arrays(
    folder: Path,
    names: Collection[str],
    decode: Callable[[], Decoded],
    *,
    sources: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    fit: Callable[[Mapping[str, Array]], bool] = lambda arrays: True,
) -> dict[str, Array]:
    """The arrays called `names` in `folder`, read-only memory maps; `decode` makes them where any is amiss.

    With `sources`, the arrays must come from files of these SHA-256, with `values` theirs must be these, and `fit` must
    hold; else they are decoded again. Raises DataError where the folder cannot be written, or holds something that is
    not a cache, and what `decode` raises.
    """
    read = partial(_read, folder, names, sources, values or {}, fit)
    for _ in range(ATTEMPTS):
        arrays = read()
        if arrays is not None:
            return arrays
        try:
            _require_nothing_else(folder, names)
            _write(folder, names, decode, read)
        except OSError as error:
            raise DataError(
                f"cannot write the cache {folder}: {error.strerror or error}; "
                "write data.cache_dir=OTHER, a folder that can be written"
            ) from error
    raise DataError(f"the cache {folder} does not read back as it was written: write data.cache_dir=OTHER")


def default_folder() -> Path:
    """Where this user's caches belong on this system. Raises ConfigError where nothing says so."""
    from platformdirs import user_cache_path

    try:
        return user_cache_path("bpcli", appauthor=False)
    except RuntimeError:
        raise config_error(
            ("data", "cache_dir"), "nothing says where the home folder is, in which caches are kept: name a folder"
        ) from None


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(
    folder: Path,
    names: Collection[str],
    sources: Mapping[str, str] | None,
    values: Mapping[str, str],
    fit: Callable[[Mapping[str, Array]], bool],
) -> dict[str, Array] | None:
    """The verified arrays; None where any is missing, damaged, or not what it has to be."""
    meta = _meta(folder)
    if meta is None or meta["folder"] != folder.name or meta["arrays"].keys() != set(names):
        return None
    if sources is not None and dict(sources) != meta["sources"]:
        return None
    try:
        arrays = {name: _verified(folder / f"{name}.npy", meta["arrays"][name], values.get(name)) for name in names}
        return arrays if fit(arrays) else None
    except Exception:  # NumPy raises a dozen kinds on damaged bytes, and what has another shape does not fit
        return None


def _meta(folder: Path) -> dict[str, Any] | None:
    """What the meta.json of a cache says, of whatever set; None where there is none, or it is not one of a cache."""
    try:
        path = _regular(folder / META)
        meta = json.loads(path.read_bytes()) if path.stat().st_size <= META_LIMIT else None
    except (OSError, ValueError, RecursionError):
        return None
    is_own = isinstance(meta, dict) and {key: type(value) for key, value in meta.items()} == _KEYS
    return meta if is_own else None


def _verified(path: Path, recorded: Mapping[str, Any], values_sha256: str | None) -> Array:
    """The array in the file. Raises ValueError for another than that recorded, or than that known by its values."""
    if _regular(path).stat().st_size != recorded["bytes"]:
        raise ValueError(path)
    if values_sha256 is None and sha256(path) != recorded["sha256"]:
        raise ValueError(path)
    array: Array = np.load(path, mmap_mode="r", allow_pickle=False)
    if values_sha256 is not None and hashlib.sha256(array.data).hexdigest() != values_sha256:
        raise ValueError(path)
    return array


def _regular(path: Path) -> Path:
    """The path of a file that can be read to its end. Raises OSError for a pipe or a device, which may have none."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(f"{path} is not a file")
    return path


def _record(path: Path) -> dict[str, int | str]:
    return {"bytes": path.stat().st_size, "sha256": sha256(path)}


def _write(
    folder: Path, names: Collection[str], decode: Callable[[], Decoded], read: Callable[[], dict[str, Array] | None]
) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent, ignore_cleanup_errors=True) as work:
        built, replaced = Path(work, "new"), Path(work, "old")
        built.mkdir()
        decoded = decode()
        for name, array in decoded.arrays.items():
            np.save(built / f"{name}.npy", array)
        records = {name: _record(built / f"{name}.npy") for name in decoded.arrays}
        meta = {"folder": folder.name, "arrays": records, "sources": dict(decoded.sources)}
        with open(built / META, "w", encoding="utf-8") as file:
            file.write(json.dumps(meta, indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())
        for _ in range(ATTEMPTS):
            if read() is not None:  # another process was faster
                return
            _require_nothing_else(folder, names)
            if _is_own(folder, built, names):
                _publish(built, folder, replaced)
                return
        raise _in_the_way(folder, f"holds files, but no {META} of a cache")


def _require_nothing_else(folder: Path, names: Collection[str]) -> None:
    """Raise DataError where something is called `folder` that can hold no cache, or holds more than a cache does."""
    if not os.path.lexists(folder):
        return
    if folder.is_symlink():
        raise _in_the_way(folder, "is a link")
    files = {META, *(f"{name}.npy" for name in names)}
    try:
        with os.scandir(folder) as entries:
            others = sorted(e.name for e in entries if e.name not in files or not e.is_file(follow_symlinks=False))
    except NotADirectoryError:
        raise _in_the_way(folder, "is a file") from None
    except FileNotFoundError:  # another process is replacing it
        return
    if others:
        raise _in_the_way(folder, f"holds {others[0]}")


def _is_own(folder: Path, built: Path, names: Collection[str]) -> bool:
    """Whether nothing is lost with `folder`, in which there is nothing else than files with the names of a cache.

    It says that it is a cache, or holds nothing, or the very arrays of the one that was `built`.
    """
    try:
        if _meta(folder) is not None or not os.listdir(folder):
            return True
        return all(_record(folder / f"{name}.npy") == _record(built / f"{name}.npy") for name in names)
    except FileNotFoundError:
        return not os.path.lexists(folder)


def _in_the_way(folder: Path, what: str) -> DataError:
    return DataError(
        f"the cache belongs at {folder}, but what is there {what}: bpcli replaces nothing but its own caches; "
        "move it away, or write data.cache_dir=OTHER"
    )


def _publish(built: Path, folder: Path, replaced: Path) -> None:
    with suppress(OSError):  # most often there is nothing to replace
        os.rename(folder, replaced)
    try:
        os.rename(built, folder)
    except OSError:
        if not folder.exists():
            raise
        # Another process has just put its own there, which is verified like ours would be.
