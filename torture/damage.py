"""What can be wrong with a file of data: each damages the files of a training, and says what must come of it."""

from __future__ import annotations

import csv
import gzip
import io
import math
import random
import shutil
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bpcli.data.sources.originals import TEST, TRAIN


@dataclass(frozen=True)
class Expected:
    """What must come of a training whose files are damaged."""

    what: str
    """the damage, in words"""
    names: tuple[str, ...] = ()
    """the refusal names one of these files; none: there must be no refusal"""
    may_train: bool = True
    """on the true data, of course"""
    is_published: bool = False
    """the damaged files are the originals, as far as their SHA-256 says: what reads them is on its own"""


Damage = Callable[[Path, random.Random], Expected]
"""In the folder of the training."""

ORIGINAL, CACHE, OTHER_CACHE = "original", Path("cache", "mnist-1"), Path("cache", "fashion_mnist-1")
NPZ, CSV = "data.npz", "data.csv"
ARRAYS = ("train_x", "train_y", "test_x", "test_y")


def refused(what: str, *names: str) -> Expected:
    return Expected(what, names, may_train=False)


def either(what: str, *names: str) -> Expected:
    """The damage may lie where nothing is read."""
    return Expected(what, names)


def flipped(content: bytes, draw: random.Random, start: int = 0, stop: int | None = None) -> bytes:
    """With one to four different bits flipped, of the bytes from `start` to `stop`."""
    changed = bytearray(content)
    bits = range(8 * start, 8 * (len(content) if stop is None else stop))
    for bit in draw.sample(bits, draw.choice((1, 1, 2, 4))):
        changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def truncated(content: bytes, draw: random.Random) -> bytes:
    """Some bytes of it, and not all."""
    return content[: draw.randrange(1, len(content))]


def _with_zeros(content: bytes, draw: random.Random) -> bytes:
    """From somewhere on all zeros, as a power cut leaves a file whose length was written before its content."""
    kept = draw.randrange(len(content.rstrip(b"\0")))
    return content[:kept] + bytes(len(content) - kept)


def _replace(path: Path, content: bytes | None) -> None:
    """By this content; by a folder where that is None."""
    path.unlink()
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)


# The original files of an image set.


def _file_truncated(folder: Path, draw: random.Random) -> Expected:
    return _edit_original(folder, draw, truncated)


def _file_flipped(folder: Path, draw: random.Random) -> Expected:
    return _edit_original(folder, draw, flipped)


def _header_flipped(folder: Path, draw: random.Random) -> Expected:
    return _edit_original(folder, draw, _flip_header)


def _body_flipped(folder: Path, draw: random.Random) -> Expected:
    return _edit_original(folder, draw, lambda content, draw: _recompressed(content, draw, 16, None))


def _file_of_zeros(folder: Path, draw: random.Random) -> Expected:
    return _edit_original(folder, draw, _with_zeros)


def _file_is_something_else(folder: Path, draw: random.Random) -> Expected:
    contents = (b"", b"<html>moved</html>", gzip.compress(b""), gzip.compress(b"<html>moved</html>"))
    return _edit_original(folder, draw, lambda content, draw: draw.choice((*contents, gzip.decompress(content))))


def _file_swapped(folder: Path, draw: random.Random) -> Expected:
    """Train for test, labels for images, another set's; one file over the other, or both exchanged."""
    _sometimes_without_cache(folder, draw)
    name, other = draw.sample(TRAIN + TEST, 2)
    path, source = folder / ORIGINAL / name, folder / ORIGINAL / other
    if draw.random() < 0.3:
        path.write_bytes((folder / "other" / name).read_bytes())
        return refused(f"{name} of another set", name)
    own, others = path.read_bytes(), source.read_bytes()
    path.write_bytes(others)
    if draw.random() < 0.5:
        source.write_bytes(own)
        return refused(f"{name} and {other} exchanged", name, other)
    return refused(f"{other} in the place of {name}", name)


def _file_is_no_file(folder: Path, draw: random.Random) -> Expected:
    _sometimes_without_cache(folder, draw)
    path = folder / ORIGINAL / draw.choice(TRAIN + TEST)
    path.unlink()
    if draw.random() < 0.5:
        path.mkdir()
        return refused(f"{path.name} is a folder", path.name)
    return refused(f"{path.name} is missing", path.name)


def _published_truncated(folder: Path, draw: random.Random) -> Expected:
    return _published(_edit_original(folder, draw, truncated))


def _published_body_truncated(folder: Path, draw: random.Random) -> Expected:
    return _published(_edit_original(folder, draw, lambda c, d: gzip.compress(truncated(gzip.decompress(c), d))))


def _published_flipped(folder: Path, draw: random.Random) -> Expected:
    expected = _published(_edit_original(folder, draw, flipped))
    return Expected(expected.what, expected.names, is_published=True)  # the time in a gzip header means nothing


def _published_header_flipped(folder: Path, draw: random.Random) -> Expected:
    return _published(_edit_original(folder, draw, _flip_header))


def _published_swapped(folder: Path, draw: random.Random) -> Expected:
    """Labels for images, or as many labels as the other split has."""
    shutil.rmtree(folder / CACHE.parent)
    name, other = draw.choice([(a, b) for a in TRAIN + TEST for b in TRAIN + TEST if (a in TRAIN) != (b in TRAIN)])
    shutil.copy(folder / ORIGINAL / other, folder / ORIGINAL / name)
    pair = TRAIN if name in TRAIN else TEST
    return _published(refused(f"{other} in the place of {name}", *pair))


def _published(expected: Expected) -> Expected:
    return Expected(f"{expected.what}, with its SHA-256 published", expected.names, may_train=False, is_published=True)


def _edit_original(folder: Path, draw: random.Random, edit: Callable[[bytes, random.Random], bytes]) -> Expected:
    _sometimes_without_cache(folder, draw)
    path = folder / ORIGINAL / draw.choice(TRAIN + TEST)
    path.write_bytes(edit(path.read_bytes(), draw))
    return refused(path.name, path.name)


def _flip_header(content: bytes, draw: random.Random) -> bytes:
    return _recompressed(content, draw, 0, 8)  # magic and count: of images and labels alike


def _recompressed(content: bytes, draw: random.Random, start: int, stop: int | None) -> bytes:
    return gzip.compress(flipped(gzip.decompress(content), draw, start, stop), mtime=0)


def _sometimes_without_cache(folder: Path, draw: random.Random) -> None:
    if draw.random() < 0.5:
        shutil.rmtree(folder / CACHE.parent)


# The decoded cache.


def _cached_bits_flipped(folder: Path, draw: random.Random) -> Expected:
    return _edit_cache(folder, draw, flipped)


def _cached_file_truncated(folder: Path, draw: random.Random) -> Expected:
    return _edit_cache(folder, draw, truncated)


def _cached_file_emptied(folder: Path, draw: random.Random) -> Expected:
    return _edit_cache(folder, draw, lambda *_: b"")


def _cached_file_of_zeros(folder: Path, draw: random.Random) -> Expected:
    return _edit_cache(folder, draw, _with_zeros)


def _record_flipped(folder: Path, draw: random.Random) -> Expected:
    path = folder / CACHE / "meta.json"
    path.write_bytes(flipped(path.read_bytes(), draw))
    return Expected("bits flipped in meta.json")


def _record_renamed(folder: Path, draw: random.Random) -> Expected:
    """A single bit makes `test_x` a second `test_y`."""
    path, name = folder / CACHE / "meta.json", draw.choice(("train", "test"))
    path.write_text(path.read_text().replace(f"{name}_x", f"{name}_y"))
    return Expected(f"{name}_x is called {name}_y in meta.json")


def _record_of_less(folder: Path, draw: random.Random) -> Expected:
    path = folder / CACHE / "meta.json"
    text = draw.choice(("{}", "[]", "null", '{"arrays": {}}', '{"arrays": {}, "sources": {}}', '{"arrays": {"x": 1}}'))
    path.write_text(text)
    return Expected(f"meta.json is {text}")


def _cached_file_removed(folder: Path, draw: random.Random) -> Expected:
    path = folder / CACHE / draw.choice(_CACHED)
    path.unlink()
    if draw.random() < 0.5:
        path.mkdir()
        return refused(f"{path.name} is a folder", CACHE.name)
    return Expected(f"{path.name} is missing")


def _cache_emptied(folder: Path, draw: random.Random) -> Expected:
    path = draw.choice((folder / CACHE, folder / CACHE.parent))
    shutil.rmtree(path)
    if draw.random() < 0.7:
        path.mkdir()
    elif path.name == CACHE.name:
        path.write_text("a file")
        return refused(f"{path.name} is a file", CACHE.name)
    return Expected(f"{path.name} is empty, or missing")


def _cache_of_the_user(folder: Path, draw: random.Random) -> Expected:
    """What has the name of the cache, and is something else."""
    path = folder / CACHE
    if draw.random() < 0.5:
        (path / draw.choice(_CACHED)).write_bytes(b"damaged")
        (path / "notes.txt").write_text("the user's")
        return refused("a damaged cache with the user's notes in it", CACHE.name)
    shutil.rmtree(path)
    shutil.copytree(folder / ORIGINAL, path)
    return refused("the originals in the place of the cache", CACHE.name)


def _cache_of_another_set(folder: Path, draw: random.Random) -> Expected:
    shutil.rmtree(folder / CACHE)
    shutil.copytree(folder / "other" / OTHER_CACHE, folder / CACHE)
    return Expected("the cache is that of another set")


def _array_of_another_set(folder: Path, draw: random.Random) -> Expected:
    name = draw.choice(_CACHED)
    shutil.copy(folder / "other" / OTHER_CACHE / name, folder / CACHE)
    return Expected(f"{name} is that of another set")


def _arrays_swapped(folder: Path, draw: random.Random) -> Expected:
    name, other = draw.sample(ARRAYS, 2)
    first, second = (folder / CACHE / f"{array}.npy" for array in (name, other))
    content = first.read_bytes()
    shutil.copy(second, first)
    second.write_bytes(content)
    return Expected(f"{name} and {other} are exchanged")


def _leftovers(folder: Path, draw: random.Random) -> Expected:
    """Of a process that died; with a cache or without."""
    left = folder / CACHE.parent / f".{CACHE.name}-abc"
    shutil.copytree(folder / CACHE, left / "new")
    (left / "new" / draw.choice(_CACHED)).write_bytes(b"half")
    if draw.random() < 0.5:
        shutil.rmtree(folder / CACHE)
    return Expected("what a dead process was building is there")


_CACHED = (*(f"{name}.npy" for name in ARRAYS), "meta.json")


def _edit_cache(folder: Path, draw: random.Random, edit: Callable[[bytes, random.Random], bytes]) -> Expected:
    path = folder / CACHE / draw.choice(_CACHED)
    path.write_bytes(edit(path.read_bytes(), draw))
    return Expected(path.name)


# Downloads.


def _download_damaged(folder: Path, draw: random.Random) -> Expected:
    """Where the cache must be made anew."""
    shutil.rmtree(folder / CACHE.parent)
    path = folder / ORIGINAL / draw.choice(TRAIN + TEST)
    path.write_bytes(draw.choice((truncated, flipped))(path.read_bytes(), draw))
    return refused(f"the server's {path.name}", path.name)


# The user's own arrays.


def _npz_flipped(folder: Path, draw: random.Random) -> Expected:
    path = folder / NPZ
    path.write_bytes(flipped(path.read_bytes(), draw))
    return either("bits flipped", NPZ)


def _npz_header_flipped(folder: Path, draw: random.Random) -> Expected:
    """In the text that says an array's shape and type."""
    path = folder / NPZ
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        members = [entry for entry in archive.infolist() if entry.compress_type == zipfile.ZIP_STORED]
    if not members:
        return _npz_flipped(folder, draw)
    start = content.index(b"{'descr'", draw.choice(members).header_offset)
    path.write_bytes(flipped(content, draw, start, content.index(b"}", start) + 1))
    return refused("bits flipped in the header of an array", NPZ)


def _npz_shape_smaller(folder: Path, draw: random.Random) -> Expected:
    """A bit each makes 600 examples 200: of the archive, what is left is then never read."""
    path = folder / NPZ
    content = path.read_bytes()
    if b"(600" not in content:
        return _npz_flipped(folder, draw)
    path.write_bytes(content.replace(b"(600", b"(200"))
    return refused("600 examples have become 200", NPZ)


def _npz_truncated(folder: Path, draw: random.Random) -> Expected:
    path = folder / NPZ
    path.write_bytes(truncated(path.read_bytes(), draw))
    return refused("truncated", NPZ)


def _npz_of_zeros(folder: Path, draw: random.Random) -> Expected:
    path = folder / NPZ
    path.write_bytes(_with_zeros(path.read_bytes(), draw))
    return refused("zeros from somewhere on", NPZ)


def _npz_is_something_else(folder: Path, draw: random.Random) -> Expected:
    path = folder / NPZ
    array = io.BytesIO()
    np.save(array, np.ones((3, 2)))
    _replace(path, draw.choice((b"", None, b"\0" * 1000, b"PK\x03\x04", b"x,y\n1,2\n", array.getvalue(), b"\x93NUMPY")))
    return refused("is something else", NPZ)


def _npz_missing(folder: Path, draw: random.Random) -> Expected:
    (folder / NPZ).unlink()
    return refused("missing", NPZ)


def _npz_pickled(folder: Path, draw: random.Random) -> Expected:
    return _edit_npz(folder, lambda array: np.array([object()] * 20), draw)


def _npz_not_finite(folder: Path, draw: random.Random) -> Expected:
    def spoil(array: Any) -> Any:
        array = array.astype(float)
        array.flat[draw.randrange(array.size)] = draw.choice((math.nan, math.inf, -math.inf))
        return array

    return _edit_npz(folder, spoil, draw)


def _npz_misshapen(folder: Path, draw: random.Random) -> Expected:
    edits: list[Callable[[Any], Any]] = [
        lambda a: a[:-1],
        lambda a: a[:0],
        lambda a: a[..., np.newaxis, np.newaxis, np.newaxis],
        lambda a: a.ravel()[0],
        lambda a: a.astype(complex),
        lambda a: a.astype("S8"),
        lambda a: a.astype("M8[s]"),
        lambda a: np.array([(1, 2.0)] * len(a), "i4,f8"),
        lambda a: np.concatenate([a, a]),
    ]
    return _edit_npz(folder, draw.choice(edits), draw)


def _npz_of_other_arrays(folder: Path, draw: random.Random) -> Expected:
    path = folder / NPZ
    with np.load(path) as file:
        arrays = dict(file)
    lost = draw.choice([name for name in arrays if name != "x_test" or "y_test" in arrays])  # else a test split is made
    array = arrays.pop(lost)
    if draw.random() < 0.5:
        arrays[draw.choice(("more", "X_train", lost.upper()))] = array
    np.savez(path, **arrays)
    return refused(f"{lost} is not there", NPZ)


def _npz_member_damaged(folder: Path, draw: random.Random) -> Expected:
    """In an archive that is whole: an array of which half was written, or none."""
    path = folder / NPZ
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = draw.choice(list(members))
    members[name] = draw.choice((b"", b"words", bytes(100), truncated(members[name], draw), members[name][:128]))
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return refused(f"{name} is no whole array", NPZ)


def _edit_npz(folder: Path, edit: Callable[[Any], Any], draw: random.Random) -> Expected:
    path = folder / NPZ
    with np.load(path) as file:
        arrays = dict(file)
    name = draw.choice(list(arrays))
    arrays[name] = edit(arrays[name])
    draw.choice((np.savez, np.savez_compressed))(path, **arrays)
    return refused(f"{name} is {arrays[name].dtype} {arrays[name].shape}", NPZ)


# The user's own table.


def _csv_truncated(folder: Path, draw: random.Random) -> Expected:
    """In a line, before its last cell is whole."""
    lines = (folder / CSV).read_bytes().splitlines(keepends=True)
    at = draw.randrange(1, len(lines))
    whole = lines[at].rindex(b",") + 1
    return _edit_csv(folder, b"".join(lines[:at]) + lines[at][: draw.randrange(1, whole + 1)], f"in line {at + 1}")


def _csv_ragged(folder: Path, draw: random.Random) -> Expected:
    rows = _csv_rows(folder)
    row = draw.choice(rows)
    if draw.random() < 0.5:
        row.insert(draw.randrange(len(row)), "1")
    else:
        row.pop(draw.randrange(len(row)))
    return _edit_csv(folder, _csv_bytes(rows), "another number of cells")


def _csv_with_nul(folder: Path, draw: random.Random) -> Expected:
    """Half of them beside a class, whose name it could be part of."""
    content = (folder / CSV).read_bytes()
    ends = [at for at, byte in enumerate(content) if byte == ord("\n")]
    at = draw.choice((draw.randrange(len(content)), draw.choice(ends[1:])))
    return _edit_csv(folder, content[:at] + b"\0" + content[at + draw.randrange(2) :], f"NUL at byte {at}")


def _csv_of_zeros(folder: Path, draw: random.Random) -> Expected:
    content = (folder / CSV).read_bytes()
    return _edit_csv(folder, _with_zeros(content, draw), "zeros from somewhere on")


def _csv_not_utf8(folder: Path, draw: random.Random) -> Expected:
    """The top bit of an ASCII character."""
    content = bytearray((folder / CSV).read_bytes())
    at = draw.randrange(len(content))
    content[at] ^= 0x80
    return _edit_csv(folder, bytes(content), f"byte {at} is not UTF-8")


def _csv_separator_flipped(folder: Path, draw: random.Random) -> Expected:
    """A comma, or the end of a line, that has become another character."""
    content = bytearray((folder / CSV).read_bytes())
    at = draw.choice([at for at, byte in enumerate(content[:-1]) if byte in b",\n"])
    content[at] ^= 1 << draw.randrange(8)
    return _edit_csv(folder, bytes(content), f"a bit of byte {at}")


def _csv_huge(folder: Path, draw: random.Random) -> Expected:
    rows = _csv_rows(folder)
    row = draw.choice(rows[1:])
    huge = draw.choice(("7" * 200_000, "1" * 400, "x" * 130_000, "1," * 100_000, '"' + "1\n" * 100_000))
    row[draw.randrange(len(row))] = huge
    return _edit_csv(folder, "\n".join(map(",".join, rows)).encode(), "a huge line")


def _csv_not_a_number(folder: Path, draw: random.Random) -> Expected:
    rows = _csv_rows(folder)
    row = draw.choice(rows[1:])
    row[draw.randrange(len(row) - 1)] = draw.choice(
        ("", "nan", "inf", "-inf", "1e999", "?", "1.2.3", "0x10", "\x1a", "1 2")
    )
    return _edit_csv(folder, _csv_bytes(rows), "a cell that is no number")


def _csv_is_something_else(folder: Path, draw: random.Random) -> Expected:
    content = (folder / CSV).read_bytes()
    others = (b"", None, b"\n\n\n", b"\0" * 512, gzip.compress(content), content.decode().encode("utf-16"), b"PK\3\4")
    _replace(folder / CSV, draw.choice((*others, content.splitlines()[0], struct.pack("<100d", *range(100)))))
    return refused("is something else", CSV)


def _csv_missing(folder: Path, draw: random.Random) -> Expected:
    (folder / CSV).unlink()
    return refused("missing", CSV)


def _csv_rows(folder: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO((folder / CSV).read_text())))


def _csv_bytes(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _edit_csv(folder: Path, content: bytes, what: str) -> Expected:
    (folder / CSV).write_bytes(content)
    return refused(what, CSV)


DAMAGES: dict[str, tuple[Damage, ...]] = {
    "files": (
        _file_truncated,
        _file_flipped,
        _header_flipped,
        _body_flipped,
        _file_of_zeros,
        _file_is_something_else,
        _file_swapped,
        _file_is_no_file,
        _published_truncated,
        _published_body_truncated,
        _published_flipped,
        _published_header_flipped,
        _published_swapped,
    ),
    "cache": (
        _cached_bits_flipped,
        _cached_file_truncated,
        _cached_file_emptied,
        _cached_file_of_zeros,
        _record_flipped,
        _record_renamed,
        _record_of_less,
        _cached_file_removed,
        _cache_emptied,
        _cache_of_the_user,
        _cache_of_another_set,
        _array_of_another_set,
        _arrays_swapped,
        _leftovers,
    ),
    "download": (_download_damaged,),
    "npz": (
        _npz_flipped,
        _npz_header_flipped,
        _npz_shape_smaller,
        _npz_truncated,
        _npz_of_zeros,
        _npz_is_something_else,
        _npz_missing,
        _npz_pickled,
        _npz_not_finite,
        _npz_misshapen,
        _npz_of_other_arrays,
        _npz_member_damaged,
    ),
    "csv": (
        _csv_truncated,
        _csv_ragged,
        _csv_with_nul,
        _csv_of_zeros,
        _csv_not_utf8,
        _csv_separator_flipped,
        _csv_huge,
        _csv_not_a_number,
        _csv_is_something_else,
        _csv_missing,
    ),
}
"""By what they damage."""
