"""Decoded arrays on disk, memory-mapped, and never trusted without their digests.

    <cache_dir>/mnist-1/train_x.npy ...     the arrays
    <cache_dir>/mnist-1/meta.json           the folder's name, so that no other set's can pass for it; the arrays' sizes
                                            and SHA-256, and the SHA-256 of the files they come from

A folder appears whole or not at all, so two processes may build it at once. Nothing is flushed with fsync: what a
power cut damages, the digests find, and it is built again.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bpcli.errors import DataError, config_error
from bpcli.nn.arrays import Array

ATTEMPTS = 3
"""Another process may replace a folder between our writing and our reading it."""


class Decoded(NamedTuple):
    """What there is to cache."""

    arrays: Mapping[str, Array]
    sources: Mapping[str, str]
    """SHA-256 of the files the arrays come from, by file name"""


def cached_arrays(
    folder: Path, names: Collection[str], decode: Callable[[], Decoded], *, sources: Mapping[str, str] | None = None
) -> dict[str, Array]:
    """The arrays called `names` in `folder`, read-only memory maps; `decode` makes them where any is amiss.

    With `sources`, the arrays must come from files of these SHA-256, else they are decoded again. Raises DataError
    where the folder cannot be written, and what `decode` raises.
    """
    for _ in range(ATTEMPTS):
        arrays = _read(folder, names, sources)
        if arrays is not None:
            return arrays
        try:
            _write(folder, names, decode)
        except OSError as error:
            raise DataError(
                f"cannot write the cache {folder}: {error.strerror or error}; "
                "name a folder that can be written as data.cache_dir"
            ) from error
    raise DataError(f"the cache {folder} does not read back as it was written; name another folder as data.cache_dir")


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


def _read(folder: Path, names: Collection[str], sources: Mapping[str, str] | None) -> dict[str, Array] | None:
    """The verified arrays; None where any is missing or damaged, or decoded from other files than `sources`."""
    try:
        meta = json.loads((folder / "meta.json").read_bytes())
        if meta["folder"] != folder.name or meta["arrays"].keys() != set(names):
            return None
        if sources is not None and dict(sources) != meta["sources"]:
            return None
        arrays = {}
        for name, recorded in meta["arrays"].items():
            path = folder / f"{name}.npy"
            if _record(path) != recorded:
                return None
            arrays[name] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return arrays


def _record(path: Path) -> dict[str, int | str]:
    return {"bytes": path.stat().st_size, "sha256": sha256(path)}


def _write(folder: Path, names: Collection[str], decode: Callable[[], Decoded]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent, ignore_cleanup_errors=True) as work:
        built, replaced = Path(work, "new"), Path(work, "old")
        built.mkdir()
        decoded = decode()
        for name, array in decoded.arrays.items():
            np.save(built / f"{name}.npy", array)
        records = {name: _record(built / f"{name}.npy") for name in decoded.arrays}
        meta = {"folder": folder.name, "arrays": records, "sources": dict(decoded.sources)}
        (built / "meta.json").write_text(json.dumps(meta, indent=1) + "\n")
        if _read(folder, names, decoded.sources) is None:  # else another process was quicker
            _publish(built, folder, replaced)


def _publish(built: Path, folder: Path, replaced: Path) -> None:
    with suppress(OSError):  # most often there is nothing to replace
        os.rename(folder, replaced)
    try:
        os.rename(built, folder)
    except OSError:
        if not folder.exists():
            raise
        # Another process has just put its own there, which is verified like ours would be.
