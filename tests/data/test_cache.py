"""The cache is decoded once, verified at every start, and rebuilt rather than trusted."""

import json
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import ANY

import numpy as np
import pytest

from bpcli.data.cache import Decoded, cached_arrays, sha256
from bpcli.errors import DataError
from bpcli.nn.arrays import Array

ARRAYS = {"x": np.arange(40, dtype=np.uint8).reshape(8, 5), "y": np.arange(8)}
SOURCES = {"file.gz": "aa"}


class Decoder:
    """Counts how often it is asked."""

    calls = 0

    def __call__(self) -> Decoded:
        self.calls += 1
        return Decoded(ARRAYS, SOURCES)


@pytest.fixture
def decoder() -> Decoder:
    return Decoder()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "caches" / "set-1"


def is_right(arrays: dict[str, Array]) -> bool:
    return arrays.keys() == ARRAYS.keys() and all((arrays[name] == ARRAYS[name]).all() for name in ARRAYS)


def test_it_is_decoded_once_and_then_memory_mapped_read_only(folder: Path, decoder: Decoder) -> None:
    for _ in range(3):
        arrays = cached_arrays(folder, ARRAYS, decoder)
        assert is_right(arrays)
        assert isinstance(arrays["x"], np.memmap)
        assert not arrays["x"].flags.writeable
    assert decoder.calls == 1


def test_it_leaves_nothing_else_behind(folder: Path, decoder: Decoder) -> None:
    cached_arrays(folder, ARRAYS, decoder)
    (folder / "x.npy").write_bytes(b"")
    cached_arrays(folder, ARRAYS, decoder)
    assert [path.name for path in folder.parent.iterdir()] == ["set-1"]
    assert sorted(path.name for path in folder.iterdir()) == ["meta.json", "x.npy", "y.npy"]


def test_meta_json_records_sizes_and_digests(folder: Path, decoder: Decoder) -> None:
    cached_arrays(folder, ARRAYS, decoder)
    meta = json.loads((folder / "meta.json").read_text())
    arrays = {"x": {"bytes": 168, "sha256": sha256(folder / "x.npy")}, "y": ANY}
    assert meta == {"folder": "set-1", "arrays": arrays, "sources": SOURCES}


def damages(folder: Path) -> Iterator[str]:
    """Damage the cache in one way after the other."""
    path = folder / "x.npy"
    for bit in range(0, 8 * path.stat().st_size, 97):
        content = bytearray(path.read_bytes())
        content[bit // 8] ^= 1 << bit % 8
        path.write_bytes(content)
        yield f"bit {bit} flipped"
    for name in ("x.npy", "y.npy", "meta.json"):
        content = bytearray((folder / name).read_bytes())
        (folder / name).write_bytes(content[:-3])
        yield f"{name} truncated"
        (folder / name).unlink()
        yield f"{name} removed"
    for text in ("", "[]", "{}", '{"arrays": {"x": 1}}', '{"arrays": []}', "\0", '"text"'):
        (folder / "meta.json").write_text(text)
        yield f"meta.json is {text!r}"
    (folder / "meta.json").write_bytes(b"\xff\xfe\xfa")
    yield "meta.json is not text"
    (folder / "meta.json").write_text((folder / "meta.json").read_text().replace('"x"', '"y"'))
    yield "a bit makes one array's name in meta.json that of the other"
    meta = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps(meta | {"arrays": {}}))
    yield "meta.json knows of no arrays"


def test_a_damaged_cache_is_rebuilt_never_used(folder: Path, decoder: Decoder) -> None:
    cached_arrays(folder, ARRAYS, decoder)
    for count, damage in enumerate(damages(folder), 2):
        assert is_right(cached_arrays(folder, ARRAYS, decoder)), damage
        assert decoder.calls == count, damage


def test_a_file_in_its_place_is_replaced(folder: Path, decoder: Decoder) -> None:
    folder.parent.mkdir()
    folder.write_text("not a folder")
    assert is_right(cached_arrays(folder, ARRAYS, decoder))


def test_the_cache_of_another_set_is_not_taken_for_this_one(folder: Path, decoder: Decoder) -> None:
    others = {name: array + 1 for name, array in ARRAYS.items()}
    cached_arrays(folder.with_name("other-1"), ARRAYS, lambda: Decoded(others, SOURCES))
    folder.with_name("other-1").rename(folder)
    assert is_right(cached_arrays(folder, ARRAYS, decoder))


def test_other_source_files_mean_decoding_again(folder: Path, decoder: Decoder) -> None:
    cached_arrays(folder, ARRAYS, decoder, sources=SOURCES)
    cached_arrays(folder, ARRAYS, decoder, sources=SOURCES)
    assert decoder.calls == 1
    with pytest.raises(DataError, match="does not read back"):  # this decoder goes on giving the old ones
        cached_arrays(folder, ARRAYS, decoder, sources={"file.gz": "bb"})


def test_several_may_build_it_at_once(folder: Path, decoder: Decoder) -> None:
    for _ in range(20):
        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(lambda _: is_right(cached_arrays(folder, ARRAYS, decoder)), range(8)))
        (folder / "x.npy").write_bytes(b"damaged")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="a superuser may write everywhere")
def test_a_folder_that_cannot_be_written_is_an_error_that_names_the_key(tmp_path: Path, decoder: Decoder) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DataError, match=r"Permission denied; .* data\.cache_dir"):
        cached_arrays(tmp_path / "caches" / "set-1", ARRAYS, decoder)


def test_a_file_where_the_cache_folder_belongs_is_an_error_that_names_the_key(tmp_path: Path, decoder: Decoder) -> None:
    (tmp_path / "caches").write_text("a file")
    with pytest.raises(DataError, match=re.escape(f"cannot write the cache {tmp_path / 'caches' / 'set-1'}: ") + ".*"):
        cached_arrays(tmp_path / "caches" / "set-1", ARRAYS, decoder)
    assert decoder.calls == 0


def test_an_error_while_decoding_comes_through_and_leaves_nothing(folder: Path) -> None:
    def fail() -> Decoded:
        raise DataError("labels.gz is truncated")

    with pytest.raises(DataError, match=r"labels\.gz is truncated"):
        cached_arrays(folder, ARRAYS, fail)
    assert list(folder.parent.iterdir()) == []
