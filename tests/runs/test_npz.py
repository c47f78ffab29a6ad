"""A checkpoint file is read whole and right, or not at all."""

from __future__ import annotations

import copy
import io
import json
import math
import os
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from bpcli.errors import CheckpointError
from bpcli.runs.npz import HEADER_LIMIT, _line, pack, unpack
from tests.training.conftest import file_of

ARRAYS = {"layers.0.W": np.arange(6, dtype=np.float32).reshape(2, 3), "scaler.shift": np.array(0.5)}
HEADER = {"format_version": 1, "note": "ünïcode"}


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "a.npz"
    path.write_bytes(file_of(pack(HEADER, ARRAYS)))
    return path


def test_what_was_packed_is_unpacked(written: Path) -> None:
    header, arrays = unpack(written)
    assert {key: header[key] for key in HEADER} == HEADER
    assert list(arrays) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(arrays[name], array)


def test_whole_numbers_of_64_bits_are_kept_beside_the_floating_ones(tmp_path: Path) -> None:
    numbers = np.array([0, 2**63, 2**64 - 1], np.uint64)
    path = tmp_path / "a.npz"
    path.write_bytes(file_of(pack({}, {**ARRAYS, "data.rows": numbers})))
    kept = unpack(path)[1]["data.rows"]
    assert kept.dtype == np.uint64
    np.testing.assert_array_equal(kept, numbers)


@pytest.mark.parametrize("dtype", ["<i8", "<u4", "|u1", "<f2", "<c16", "|b1"])
def test_arrays_of_other_types_are_refused(tmp_path: Path, dtype: str) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(file_of(pack({}, {"x": np.ones(3, dtype)})))
    with pytest.raises(CheckpointError, match="x has no shape and type that an array here can have"):
        unpack(path)


def test_equal_states_are_equal_files() -> None:
    copies = {name: array.copy() for name, array in ARRAYS.items()}
    assert file_of(pack(HEADER, ARRAYS)) == file_of(pack(dict(HEADER), copies))


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12, dtype=np.float32).reshape(3, 4).T,
        np.arange(12, dtype=np.float64)[::-3],
        np.arange(12, dtype=">f8").reshape(4, 3),
        np.zeros((0, 3)),
        np.ones((700_000, 1), np.float32),
        np.ones((2, 350_000), np.float32).T,
        np.ones((3, 2, 2)),
    ],
    ids=["by column", "backwards", "big-endian", "empty", "of several blocks", "by column and of several", "deep"],
)
def test_how_an_array_lies_in_memory_does_not_show(tmp_path: Path, array: np.ndarray) -> None:
    plain = np.array(array, array.dtype.newbyteorder("<"), order="C")
    path = tmp_path / "a.npz"
    path.write_bytes(file_of(pack({}, {"x": array})))
    assert path.read_bytes() == file_of(pack({}, {"x": plain}))
    np.testing.assert_array_equal(unpack(path)[1]["x"], array)
    with np.load(path) as file:
        np.testing.assert_array_equal(file["x"], array)


@pytest.mark.parametrize("turned", [False, True])
def test_writing_copies_no_array(tmp_path: Path, *, turned: bool) -> None:
    large = np.ones((2000, 2500), np.float32)
    with open(tmp_path / "a.npz", "wb") as file:
        tracemalloc.start()
        try:
            pack({}, {"x": large.T if turned else large, "y": large}).write(file)
            assert tracemalloc.get_traced_memory()[1] < 2_000_000
        finally:
            tracemalloc.stop()
    assert (tmp_path / "a.npz").stat().st_size > 2 * large.nbytes


def test_reading_allocates_each_array_once(tmp_path: Path) -> None:
    path, large = tmp_path / "a.npz", np.ones((2000, 2500), np.float32)
    path.write_bytes(file_of(pack({}, {"x": large, "y": large})))
    tracemalloc.start()
    try:
        arrays = unpack(path)[1]
        assert tracemalloc.get_traced_memory()[1] < 2 * large.nbytes + 2_000_000
    finally:
        tracemalloc.stop()
    assert arrays["x"].sum() == arrays["y"].sum() == large.size


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("name", list(ARRAYS))
def test_a_number_that_is_not_finite_is_refused_by_its_array(tmp_path: Path, name: str, value: float) -> None:
    array = ARRAYS[name].copy()
    array.flat[-1] = value
    path = tmp_path / "a.npz"
    path.write_bytes(file_of(pack({}, {**ARRAYS, name: array})))
    with pytest.raises(CheckpointError, match=f"a.npz is not a whole .*: its {name} holds a number that is not finite"):
        unpack(path)


def test_that_memory_ran_out_is_not_called_damage(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("bpcli.runs.npz._verified", exhausted)
    with pytest.raises(CheckpointError, match=r"there is not enough memory to read .*a\.npz, which holds 0 MB: end"):
        unpack(written)


def test_plain_numpy_reads_it_without_pickle(written: Path) -> None:
    with np.load(written, allow_pickle=False) as file:
        np.testing.assert_array_equal(file["layers.0.W"], ARRAYS["layers.0.W"])
        assert json.loads(file["header.json"])["note"] == HEADER["note"]


def same_state(path: Path) -> bool:
    header, arrays = unpack(path)
    described = {name: {"shape": list(array.shape), "dtype": array.dtype.str} for name, array in ARRAYS.items()}
    same = all(np.array_equal(arrays[name], array) for name, array in ARRAYS.items())
    return same and header == {**HEADER, "arrays": described}


def test_a_flipped_bit_is_refused_or_harmless(written: Path) -> None:
    content = written.read_bytes()
    refused = 0
    for bit in range(0, len(content) * 8, 3):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        written.write_bytes(damaged)
        try:
            assert same_state(written), f"bit {bit}"
        except CheckpointError:
            refused += 1
    assert refused > len(content) * 8 / 3 / 2


def test_every_truncation_is_refused(written: Path) -> None:
    content = written.read_bytes()
    for length in range(len(content)):
        written.write_bytes(content[:length])
        with pytest.raises(CheckpointError, match=r"a\.npz"):
            unpack(written)


def rewritten(path: Path, **changes: bytes | None) -> None:
    """Put other bytes in place of members, or leave them out."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**members, **changes}.items():
            if content is not None:
                archive.writestr(name, content)


def npy(array: np.ndarray, *, pickle: bool = False) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=(1, 0), allow_pickle=pickle)
    return file.getvalue()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"scaler.shift.npy": None}, "members"),
        ({"../evil.npy": npy(np.zeros(1))}, "members"),
        ({"header.json": None}, "no header"),
        ({"header.json": b" " * (HEADER_LIMIT + 1)}, "no header.json of at most 16,777,216 bytes"),
        ({"header.json": b"{"}, "JSON"),
        ({"header.json": b"[" * 100_000}, "Recursion"),
        ({"layers.0.W.npy": npy(np.arange(6, dtype=np.float32).reshape(3, 2))}, "shape and type"),
        ({"layers.0.W.npy": npy(np.arange(6.0).reshape(2, 3))}, "shape and type"),
        ({"layers.0.W.npy": npy(np.full((2, 3), None), pickle=True)}, "shape and type"),
        ({"layers.0.W.npy": npy(ARRAYS["layers.0.W"]).replace(b"(2, 3)", b"(6-4,3)")}, "shape and type"),
        ({"layers.0.W.npy": npy(np.ones((2, 3), np.float32))}, "digest"),
        ({"layers.0.W.npy": npy(ARRAYS["layers.0.W"]) + b"x"}, "extra bytes"),
    ],
)
def test_a_member_that_does_not_belong_is_refused(written: Path, changes: dict[str, bytes | None], reason: str) -> None:
    rewritten(written, **changes)
    with pytest.raises(CheckpointError, match=reason):
        unpack(written)


def test_an_array_larger_than_a_plain_zip_takes_is_written_and_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10_000)  # for 2 GiB
    path, large = tmp_path / "large.npz", {"W": np.arange(20_000, dtype=np.float32)}
    path.write_bytes(file_of(pack(HEADER, large)))
    np.testing.assert_array_equal(unpack(path)[1]["W"], large["W"])


@pytest.mark.parametrize(("old", "new"), [(b"u00fc", b"u00fd"), (b"{", b'{"new": 1, ')])
def test_the_digest_covers_the_header(written: Path, old: bytes, new: bytes) -> None:
    with zipfile.ZipFile(written) as archive:
        header = archive.read("header.json")
    assert old in header
    rewritten(written, **{"header.json": header.replace(old, new, 1)})
    with pytest.raises(CheckpointError, match="its digest does not match"):
        unpack(written)


@pytest.mark.parametrize("shape", [[-2, -3], [2.0, 3], [True, 6], ["2", 3], [[2, 3]], 6, None, [2**62, 4]])
def test_a_shape_that_none_can_have_is_refused(written: Path, shape: object) -> None:
    described = {"layers.0.W": {"shape": shape, "dtype": "<f4"}, "scaler.shift": {"shape": [], "dtype": "<f8"}}
    rewritten(written, **{"header.json": json.dumps({"format_version": 1, "arrays": described, "sha256": ""}).encode()})
    with pytest.raises(CheckpointError, match=r"a\.npz is not a") as refused:
        unpack(written)
    assert "digest" not in str(refused.value).rpartition("a.npz")[2]


@pytest.mark.parametrize(
    ("content", "reason"), [(b"", "it is empty"), (b"PK\5\6" + bytes(18), "it has no header.json")]
)
def test_a_file_and_an_archive_of_nothing_are_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=rf"a\.npz is not a .*: {reason}"):
        unpack(path)


def test_members_that_are_the_same_bytes_are_refused_before_they_are_read(written: Path) -> None:
    with zipfile.ZipFile(written, "a") as archive:
        twin = copy.copy(archive.getinfo("layers.0.W.npy"))
        for i in range(100):
            archive.filelist.append(copy.copy(twin))
            archive.filelist[-1].filename = f"layers.{i + 1}.W.npy"
        archive._didModify = True
    with pytest.raises(CheckpointError, match="overlap"):
        unpack(written)


def test_a_member_is_not_read_where_its_size_is_not_the_one_expected(written: Path) -> None:
    rewritten(written, **{"layers.0.W.npy": npy(ARRAYS["layers.0.W"]) + bytes(20_000_000)})
    tracemalloc.start()
    try:
        with pytest.raises(CheckpointError, match="extra bytes"):
            unpack(written)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_directory_of_very_many_members_is_refused_before_an_object_is_made_of_each(tmp_path: Path) -> None:
    path = tmp_path / "crowded.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(30_000):
            archive.filelist.append(zipfile.ZipInfo(f"{i:0100}"))
            archive.filelist[-1].header_offset = archive.filelist[-1].file_size = archive.filelist[-1].compress_size = 0
            archive.filelist[-1].CRC = 0
        archive._didModify = True
    with pytest.raises(CheckpointError, match=r"Bad offset for central directory|negative seek"):
        unpack(path)


def test_what_stands_before_a_checkpoint_is_no_part_of_one(written: Path) -> None:
    written.write_bytes(b"#!/bin/sh\n" + written.read_bytes())
    with pytest.raises(CheckpointError, match="something stands before it"):
        unpack(written)


def test_a_reason_is_one_line_whatever_the_file_says(written: Path) -> None:
    rewritten(written, **{"\x1b[2J\n" * 1000: b""})
    written.write_bytes(written.read_bytes().replace(b"\x1b", b"\x1c", 1))
    with pytest.raises(CheckpointError) as error:
        unpack(written)
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 500


@pytest.mark.parametrize(
    ("said", "shown"),
    [("a\nb\x1b", "a?b?"), ("x" * 200, "x" * 200), ("x" * 201, "x" * 200 + "..."), ("ä", "ä")],
)
def test_a_reason_is_printable_and_short(said: str, shown: str) -> None:
    assert _line(Exception(said)) == shown


def test_no_header_with_a_number_that_json_lacks_is_written() -> None:
    with pytest.raises(ValueError, match="Out of range float"):
        pack({"value": math.nan}, ARRAYS)


def test_a_member_is_compressed_if_only_its_size_says_so(written: Path) -> None:
    content = written.read_bytes()
    at = content.rindex(b"PK\1\2") + 20  # the compressed size in the directory's last entry
    size = int.from_bytes(content[at : at + 4], "little")
    written.write_bytes(content[:at] + (size - 1).to_bytes(4, "little") + content[at + 4 :])
    with pytest.raises(CheckpointError, match=r"\.npy is compressed"):
        unpack(written)


def test_a_header_that_could_not_be_read_is_not_written() -> None:
    with pytest.raises(CheckpointError, match="use shorter names"):
        pack({"class_names": ["x" * HEADER_LIMIT]}, ARRAYS)


def test_the_names_of_very_many_columns_have_room(tmp_path: Path) -> None:
    names = [f"ENSG{i:011}.{i % 17} of a long name, as tables of genes have them" for i in range(200_000)]
    path = tmp_path / "a.npz"
    path.write_bytes(file_of(pack({"feature_names": names}, ARRAYS)))
    assert unpack(path)[0]["feature_names"] == names


def test_a_header_of_the_largest_size_is_written_and_read_and_one_byte_more_is_not(tmp_path: Path) -> None:
    def written_with(letters: int) -> None:
        with open(tmp_path / "a.npz", "wb") as file:
            pack({"name": "x" * letters}, {}).write(file)

    written_with(0)
    with zipfile.ZipFile(tmp_path / "a.npz") as archive:
        room = HEADER_LIMIT - archive.getinfo("header.json").file_size
    written_with(room)
    assert len(unpack(tmp_path / "a.npz")[0]["name"]) == room
    with pytest.raises(CheckpointError, match="may take 16,777,216 bytes, and this one takes 16,777,217"):
        written_with(room + 1)


def test_a_compressed_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", bytes(10_000_000))
    with pytest.raises(CheckpointError, match="compressed"):
        unpack(path)


@pytest.mark.parametrize("content", [b"", b"not a zip", bytes(1000)])
def test_other_files_are_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.npz"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"other\.npz is not a bpcli checkpoint"):
        unpack(path)


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="No such file"):
        unpack(tmp_path / "none.npz")
    with pytest.raises(CheckpointError, match=r"cannot read .* it is not a file"):
        unpack(tmp_path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.npz")
    with pytest.raises(CheckpointError, match=r"cannot read .*pipe\.npz: it is not a file"):
        unpack(tmp_path / "pipe.npz")
