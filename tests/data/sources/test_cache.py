"""The cache is decoded once, verified at every start, and rebuilt rather than trusted."""

import json
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import ANY

import numpy as np
import pytest

from bpcli.data.sources.cache import Decoded, cached_arrays, sha256
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


def content(folder: Path) -> dict[str, bytes | str]:
    """Everything below a folder that is no cache, by its path."""
    paths = sorted(path for path in folder.rglob("*") if not path.name.startswith("."))
    return {
        str(path.relative_to(folder)): os.readlink(path) if path.is_symlink() else path.read_bytes()
        for path in paths
        if path.is_symlink() or path.is_file()
    }


def a_file(folder: Path) -> None:
    folder.write_text("mine")


def originals(folder: Path) -> None:
    folder.mkdir()
    (folder / "train-images-idx3-ubyte.gz").write_bytes(b"images")


def a_run(folder: Path) -> None:
    folder.mkdir()
    for name in ("config.yaml", "last.npz", "log.csv"):
        (folder / name).write_text(name)


def arrays_of_ones_own(folder: Path) -> None:
    folder.mkdir()
    for name, array in ARRAYS.items():
        np.save(folder / f"{name}.npy", array + 1)


def arrays_beside_a_meta_json_of_ones_own(folder: Path) -> None:
    arrays_of_ones_own(folder)
    (folder / "meta.json").write_text('{"folder": "set-1", "arrays": ["x", "y"]}')


def a_meta_json_of_ones_own(folder: Path) -> None:
    folder.mkdir()
    (folder / "meta.json").write_text('{"author": "me"}')


def a_damaged_cache_with_a_note_in_it(folder: Path) -> None:
    cached_arrays(folder, ARRAYS, Decoder())
    (folder / "x.npy").write_bytes(b"damaged")
    (folder / "notes.txt").write_text("mine")


def a_cache_in_which_a_folder_has_the_name_of_an_array(folder: Path) -> None:
    cached_arrays(folder, ARRAYS, Decoder())
    (folder / "x.npy").unlink()
    (folder / "x.npy").mkdir()
    (folder / "x.npy" / "notes.txt").write_text("mine")


def a_cache_in_which_an_array_is_a_link(folder: Path) -> None:
    cached_arrays(folder, ARRAYS, Decoder())
    (folder / "x.npy").unlink()
    (folder / "x.npy").symlink_to("elsewhere")


def a_link_to_a_folder(folder: Path) -> None:
    (folder.parent / "elsewhere").mkdir()
    folder.symlink_to("elsewhere")


def a_link_to_a_damaged_cache(folder: Path) -> None:
    cached_arrays(folder.parent / "elsewhere", ARRAYS, Decoder())
    (folder.parent / "elsewhere" / "x.npy").write_bytes(b"damaged")
    folder.symlink_to("elsewhere")


def a_link_to_nothing(folder: Path) -> None:
    folder.symlink_to("nowhere")


@pytest.mark.parametrize("make", [
    a_file,
    originals,
    a_run,
    arrays_of_ones_own,
    arrays_beside_a_meta_json_of_ones_own,
    a_meta_json_of_ones_own,
    a_damaged_cache_with_a_note_in_it,
    a_cache_in_which_a_folder_has_the_name_of_an_array,
    a_cache_in_which_an_array_is_a_link,
    a_link_to_a_folder,
    a_link_to_a_damaged_cache,
    a_link_to_nothing,
])  # fmt: skip
def test_what_is_not_known_for_a_cache_stays_as_it_is_and_is_refused_by_name(
    folder: Path, decoder: Decoder, make: Callable[[Path], None]
) -> None:
    folder.parent.mkdir()
    make(folder)
    before = content(folder.parent)
    with pytest.raises(DataError, match=re.escape(f"the cache belongs at {folder}, but what is there ")) as refused:
        cached_arrays(folder, ARRAYS, decoder)
    assert "write data.cache_dir=OTHER" in str(refused.value)
    assert content(folder.parent) == before
    assert not [path for path in folder.parent.iterdir() if path.name.startswith(".")], "nothing half done"


def test_what_cannot_be_a_cache_is_refused_before_anything_is_decoded(folder: Path, decoder: Decoder) -> None:
    originals(folder.parent)
    a_file(folder)
    with pytest.raises(DataError):
        cached_arrays(folder, ARRAYS, decoder)
    assert decoder.calls == 0


def test_an_empty_folder_becomes_the_cache(folder: Path, decoder: Decoder) -> None:
    folder.mkdir(parents=True)
    assert is_right(cached_arrays(folder, ARRAYS, decoder))


def test_a_cache_that_is_reached_by_a_link_is_read(folder: Path, decoder: Decoder) -> None:
    cached_arrays(folder.parent / "big disk" / "set-1", ARRAYS, decoder)
    folder.symlink_to(Path("big disk", "set-1"))
    assert is_right(cached_arrays(folder, ARRAYS, decoder))
    assert decoder.calls == 1


@pytest.mark.parametrize("name", ["meta.json", "x.npy"])
def test_a_pipe_or_a_device_in_a_cache_is_not_waited_for(folder: Path, decoder: Decoder, name: str) -> None:
    cached_arrays(folder, ARRAYS, decoder)
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(DataError, match=f"what is there holds {name}"):
        cached_arrays(folder, ARRAYS, decoder)
    (folder / name).unlink()
    (folder / name).symlink_to("/dev/zero")
    with pytest.raises(DataError, match=f"what is there holds {name}"):
        cached_arrays(folder, ARRAYS, decoder)


def test_a_record_that_is_deep_or_huge_is_no_record(folder: Path, decoder: Decoder) -> None:
    cached_arrays(folder, ARRAYS, decoder)
    for text in ("[" * 60_000, " " * (1 << 20) + (folder / "meta.json").read_text()):
        (folder / "meta.json").write_text(text)
        assert is_right(cached_arrays(folder, ARRAYS, decoder))
    assert decoder.calls == 3


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
