"""Files that somebody made to be taken for a checkpoint, or that a bad copy has left of one."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import pickle
import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from bpcli.runs.npz import unpack
from torture.zips import DEFLATED, Entry, end, many_entries, of_members, write, zeros_deflated, zipped

MIB = 1 << 20
HEADER = "header.json"


@dataclass(frozen=True)
class Source:
    """A real checkpoint, in parts."""

    path: Path

    @cached_property
    def content(self) -> bytes:
        return self.path.read_bytes()

    @cached_property
    def header(self) -> dict[str, Any]:
        return unpack(self.path)[0]

    @cached_property
    def arrays(self) -> dict[str, np.ndarray]:
        return unpack(self.path)[1]

    @property
    def nbytes(self) -> int:
        """Of the state."""
        return sum(array.nbytes for array in self.arrays.values())

    def members(self, header: dict[str, Any] | None = None) -> dict[str, bytes]:
        """By name, the header first: its own, or another, with a digest that is right."""
        header = {key: value for key, value in (header or self.header).items() if key != "sha256"}
        header["sha256"] = self._digest(header)
        return {HEADER: json.dumps(header).encode(), **{f"{name}.npy": npy(a) for name, a in self.arrays.items()}}

    def _digest(self, header: dict[str, Any]) -> str:
        """As `bpcli.runs.npz` has it: over the header without the digest, then over the arrays."""
        digest = hashlib.sha256(json.dumps(header).encode())
        for array in self.arrays.values():
            digest.update(array.tobytes())
        return digest.hexdigest()


@dataclass(frozen=True)
class Forger:
    """What there is to make a forgery of."""

    draw: random.Random
    one: Source
    other: Source

    def name(self) -> str:
        """Of some array."""
        return self.draw.choice(list(self.one.arrays))


Forgery = Callable[[Forger], bytes]


def npy(array: np.ndarray, *, text: str | None = None, version: bytes = b"\1\0") -> bytes:
    """An .npy file; `text` stands in place of what its header says."""
    if text is None:
        text = f"{{'descr': {array.dtype.str!r}, 'fortran_order': False, 'shape': {array.shape!r}, }}"
    padding = -(len(text) + 11) % 64
    return (
        b"\x93NUMPY"
        + version
        + struct.pack("<H", len(text) + padding + 1)
        + f"{text}{' ' * padding}\n".encode()
        + (array.tobytes())
    )


# the zip


def deflated(by: Forger) -> bytes:
    """One member is a bomb of 200 MB, its size said truly or not."""
    content, crc = zeros_deflated(200 * MIB)
    victim = by.draw.choice(list(by.one.members()))
    size = by.draw.choice([200 * MIB, len(content), 128])
    bomb = Entry(victim, content, by.draw.choice([DEFLATED, DEFLATED, 0, 12, 14, 99]), size, crc)
    return zipped(bomb if name == victim else Entry(name, member) for name, member in by.one.members().items())


def overlapping(by: Forger) -> bytes:
    """Many members of a file of a megabyte are the same bytes: all, or all of each from where the next begins."""
    return _nested(100) if by.draw.random() < 0.5 else _shared(by.draw.choice([2, 100, 1000]))


@cache
def _nested(count: int) -> bytes:
    """Whole members, each of which holds the next, header and checksum and all."""
    names = [f"layers.{i:04}.bb.npy" for i in range(count)]  # of a length that leaves the rest whole numbers
    entries = [Entry(names[-1], npy(np.zeros(MIB // 4, np.float32)))]
    for name in reversed(names[:-1]):
        within = np.frombuffer(entries[0].start + entries[0].content, np.float32)
        entries.insert(0, Entry(name, npy(within)))
    return _overlapped(entries, [len(entry.start) + len(entry.content) for entry in entries])


@cache
def _shared(count: int) -> bytes:
    """One member under many names."""
    entry = Entry("layers.0.W.npy", npy(np.zeros(MIB // 4, np.float32)))
    entries = [entry, *(replace(entry, name=f"layers.{i}.W.npy", crc=0) for i in range(1, count))]
    return _overlapped(entries, [len(entry.start) + len(entry.content)] * count)


def _overlapped(entries: list[Entry], lengths: list[int]) -> bytes:
    """The first is written, and the others lie so far from its end; a header comes behind them that lists them all."""
    shapes = {entry.name.removesuffix(".npy"): [(len(entry.content) - 128) // 4] for entry in entries}
    described = {name: {"shape": shape, "dtype": "<f4"} for name, shape in shapes.items()}
    header = Entry(HEADER, json.dumps({"arrays": described, "sha256": ""}).encode())
    others = [replace(entry, at=lengths[0] - length) for entry, length in zip(entries[1:], lengths[1:], strict=True)]
    return zipped([entries[0], *others, header])


def crowded(by: Forger) -> bytes:
    """A directory of very many members; an object is made for each."""
    return by.one.content[: -by.draw.randrange(22)] + many_entries(by.draw.choice([1000, 40_000, 300_000]))


def another_order(by: Forger) -> bytes:
    members = list(by.one.members().items())
    by.draw.shuffle(members)
    return of_members(dict(members))


def member_twice(by: Forger) -> bytes:
    entries = [Entry(name, content) for name, content in by.one.members().items()]
    twice = by.draw.choice(entries)
    return zipped([*entries, by.draw.choice([twice, Entry(twice.name, b""), Entry(twice.name, npy(np.zeros(3)))])])


def member_too_many(by: Forger) -> bytes:
    name = by.draw.choice(["../evil.npy", "/etc/evil.npy", "evil.npy", "x", "", "a\nb.npy", "\x1b[2J.npy", "x" * 60000])
    return of_members({**by.one.members(), name: by.draw.choice([b"", npy(np.zeros(3)), b"import os"])})


def member_missing(by: Forger) -> bytes:
    members = by.one.members()
    for name in by.draw.sample(list(members), by.draw.randint(1, len(members))):
        del members[name]
    return of_members(members)


def member_renamed(by: Forger) -> bytes:
    victim = by.draw.choice(list(by.one.members()))
    stem = by.draw.choice([f"../{victim}", f"/{victim}", victim.upper(), victim[:-1], f"{victim}\0", f"./{victim}"])
    return of_members({stem if name == victim else name: member for name, member in by.one.members().items()})


def renamed_throughout(by: Forger) -> bytes:
    """In the header too, with the right digest: an array that is called `../evil`."""
    victim = by.draw.choice(["scaler.shift", "scaler.factor"])
    new = by.draw.choice(["../evil", "/evil", "scaler", ""])
    arrays = {new if name == victim else name: what for name, what in by.one.header["arrays"].items()}
    members = by.one.members({**by.one.header, "arrays": arrays})
    return of_members({f"{new}.npy" if name == f"{victim}.npy" else name: member for name, member in members.items()})


# the header


def wrong_type(by: Forger) -> bytes:
    """What a section says is not of its type, and the digest is right."""
    header = copy.deepcopy(by.one.header)
    places = [place for key in TYPED for place in _places(header, key)]
    container, key, within = by.draw.choice(places)
    container[key] = by.draw.choice(_wrong(container[key], within))
    return of_members(by.one.members(header))


TYPED = ("config", "counters", "data", "fingerprint", "data_sha256", "from", "format_version")


def _places(parent: Any, key: Any, within: str = "") -> Iterator[tuple[Any, Any, str]]:
    """The section and all below it; nothing below the config, which is a matter of its own."""
    within = within or key
    yield parent, key, within
    value = parent[key]
    if within != "config" and isinstance(value, dict | list):
        for below in value if isinstance(value, dict) else range(len(value)):
            yield from _places(value, below, within)


def _wrong(value: Any, within: str) -> list[Any]:
    """What cannot stand in the value's place."""
    if within == "format_version":
        return [0, 3, 99, -1, 1.5, "1", None, [], {}, "x" * 5000, 10**4000, [[1]] * 1000]
    if within == "config":
        return [3, "x", True, [1], None]
    if within == "fingerprint":
        return [[], {"a": 1}, 1.5, True, None] if not isinstance(value, dict) else [[], 3, "x", None]
    wrong: dict[type, list[Any]] = {
        int: [True, 1.5, "3", [], {}, -1, 10**25, 10**4000, None],
        float: [True, "0.5", [], {}, 10**400],
        str: [3, True, [], {}, None, 1.5],
        bool: [1, 0, "true", [], {}, None],
        list: [3, "x", True, {"a": 1}, [{}], [[[]]]],
        dict: [3, "x", True, [1], ["a"], {"no": "such"}],
        type(None): [True, "x" * 3, [1], {"a": 1}],
    }
    return wrong[type(value)]


def changed_unsigned(by: Forger) -> bytes:
    """Something in the header is something else, and the digest is as it was."""
    header = json.loads(by.one.members()[HEADER])
    places = [place for key in header for place in _places(header, key, "anything")]
    container, key, _ = by.draw.choice(places)
    if by.draw.random() < 0.3 and isinstance(container, dict):
        container.pop(key)
    else:
        container[key] = by.draw.choice([True, 0, 1, 2, 0.25, "x", None, [], {}, [1, 2], -1, 10**30])
    return of_members({**by.one.members(), HEADER: json.dumps(header).encode()})


ODD_JSON = (
    *("NaN", "Infinity", "-Infinity", "1e999", "9" * 400, "9" * 5000, "[" * 100_000, '{"":' * 50_000, "1.0", "True"),
    *("[" * 900 + "]" * 900, "[],", '"\\ud800"', "\0", "'a'", "{}//"),
)


def odd_json(by: Forger) -> bytes:
    """Text in place of some value that JSON does not have, or that takes long to read."""
    text = by.one.members()[HEADER].decode()
    evil = by.draw.choice(ODD_JSON)
    at = by.draw.choice([i for i, letter in enumerate(text) if letter == ":"]) + 1
    cut = min(i for i in (text.find(",", at), text.find("}", at)) if i >= 0)
    return of_members({**by.one.members(), HEADER: (text[:at] + evil + text[cut:]).encode()})


def no_header(by: Forger) -> bytes:
    """JSON that is no header."""
    whole = by.one.members()[HEADER]
    heavy = MIB if by.draw.random() < 0.01 else 1000
    headers = [b"", b"null", b"3", b"[]", b'"x"', b"{}", b"[" + whole + b"]", whole + whole, b"\xff\xfe" + whole]
    headers += [b"[" * heavy, b"[" + b"[[[[[]]]]]," * heavy + b"0]", b'{"a":' * heavy, whole.decode().encode("utf-16")]
    headers += [b" " * heavy * 8 + whole, whole[:-1] + b', "x": [' + b"{}," * heavy * 4 + b"0]}", b"\0" * heavy]
    return of_members({**by.one.members(), HEADER: by.draw.choice(headers)})


def unknown_section(by: Forger) -> bytes:
    """One too many within a section, or one too few; the digest is right."""
    header = copy.deepcopy(by.one.header)
    section = header[by.draw.choice(["counters", "data", "from"])]
    if by.draw.random() < 0.5 or section is header["data"]:
        section[by.draw.choice(["__class__", "self", "x", ""])] = 1
    else:
        section.pop(by.draw.choice([key for key in section if key not in ("step", "sums")]))
    return of_members(by.one.members(header))


# the arrays

SHAPES = (
    *("(10**18,)", "(1000000000000,)", "(4294967296, 4294967296)", "(9223372036854775807, 3)", "(-1,)", "(-12,)"),
    *("(-2, -6)", "(2, -6)", "(0,)", "(0, -1)", "(True,)", "(12.0,)", "('12',)", "((12,),)", "(None,)", "12", "[12]"),
    *("()", "None", "(2**62, 4)", "(3, 2147483648, 2147483648, 2)", f"({'1, ' * 70})", f"({'1, ' * 3000})", "(1e3,)"),
    *("(99999999999999999999999999999999999999,)", "(12,) * 9", "(x for x in [12])", "(12, 0)", "(1, 1, 2, 7)"),
)
DTYPES = (
    *("'|O'", "'O'", "'<f2'", "'<f8'", "'>f4'", "'<c16'", "'<i4'", "'|S4'", "'<U1'", "'|V4'", "'<M8[s]'", "'|b1'"),
    *("[('a', '<f4')]", "[('a', '<f4'), ('b', '|O')]", "'<f4,<f4'", "('<f4', (2,))", "None", "4", "'x'", "''", "{}"),
    *("('<f4', {'a': 1})", "[('', '<f4')]", "[(('x', 'y'), '<f4')]", "'float'", "'f4'", "'=f4'", "'<f16'", "'<g'"),
)
CODE = (
    *("__import__('os').system('touch EVIL')", "exec('x')", "(" * 5000, "[" * 9000, "-" * 9000 + "1", "{" * 150),
    *("not " * 2000 + "1", "(1)" * 2000, "a" + ".a" * 4000, "'\\x00'", "\0", "b'" + "x" * 60000 + "'", "9" * 9000),
    *("{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 6), 'x': open('EVIL', 'w')}", ""),
    *("{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 6)}", "{'descr': '<f4', 'fortran_order': False, }", "\n" * 99),
    *("{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 6L), }", "lambda: 0", "1 if 1 else 2", "1+" * 3000 + "1"),
)


def odd_shape(by: Forger) -> bytes:
    """In the array, in the header, or in both; the digest is right."""
    name, shape = by.name(), by.draw.choice(SHAPES)
    header = copy.deepcopy(by.one.header)
    in_header = by.draw.random() < 0.7
    if in_header:
        header["arrays"][name]["shape"] = _as_json(shape)
    members = by.one.members(header)
    array = by.one.arrays[name]
    if not in_header or by.draw.random() < 0.7:
        text = f"{{'descr': {array.dtype.str!r}, 'fortran_order': False, 'shape': {shape}, }}"
        members[f"{name}.npy"] = npy(array, text=text)
    return of_members(members)


def _as_json(text: str) -> Any:
    """What the Python text says, as far as JSON can say it."""
    try:
        return json.loads(json.dumps(eval(text, {"__builtins__": {}})))
    except (TypeError, ValueError):
        return text


def odd_dtype(by: Forger) -> bytes:
    """In the array, in the header, or in both."""
    name, dtype, fortran = by.name(), by.draw.choice(DTYPES), by.draw.choice([False, False, True, 0, 1])
    header = copy.deepcopy(by.one.header)
    if by.draw.random() < 0.7:
        header["arrays"][name]["dtype"] = _as_json(dtype)
    array = by.one.arrays[name]
    text = f"{{'descr': {dtype}, 'fortran_order': {fortran}, 'shape': {array.shape!r}, }}"
    return of_members({**by.one.members(header), f"{name}.npy": npy(array, text=text)})


def another_order_of_axes(by: Forger) -> bytes:
    """The bytes by columns and said to be so, or not said, or said and not so."""
    name = by.name()
    array = by.one.arrays[name]
    turned = np.frombuffer(array.tobytes("F"), array.dtype).reshape(array.shape)
    text = f"{{'descr': {array.dtype.str!r}, 'fortran_order': {by.draw.random() < 0.7}, 'shape': {array.shape!r}, }}"
    return of_members({**by.one.members(), f"{name}.npy": npy(by.draw.choice([array, turned]), text=text)})


class _Evil:
    """Touches a file when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch EVIL",)


_PICKLED = [pickle.dumps(_Evil(), protocol) for protocol in (0, 2, 4)]
"""Made beforehand, as no pickle is touched while the row runs."""


def pickled(by: Forger) -> bytes:
    """An array of objects, whose bytes are a pickle, or members that are nothing but one."""
    name, evil = by.name(), np.frombuffer(by.draw.choice(_PICKLED), np.uint8)
    shape = by.one.arrays[name].shape
    text = f"{{'descr': '|O', 'fortran_order': False, 'shape': {shape!r}, }}"
    header = copy.deepcopy(by.one.header)
    if by.draw.random() < 0.5:
        header["arrays"][name]["dtype"] = "|O"
    members = by.one.members(header)
    victim = by.draw.choice([*[f"{name}.npy"] * 3, HEADER])
    return of_members({**members, victim: by.draw.choice([npy(evil, text=text), evil.tobytes()])})


def code(by: Forger) -> bytes:
    """The header of an array is Python, or long, or nested deeply."""
    name, version = by.name(), by.draw.choice([b"\1\0", b"\1\0", b"\1\0", b"\2\0", b"\3\0", b"\xff\xff"])
    return of_members(
        {**by.one.members(), f"{name}.npy": npy(by.one.arrays[name], text=by.draw.choice(CODE), version=version)}
    )


def other_bytes(by: Forger) -> bytes:
    """An array with a byte more, less, or another, or no array at all."""
    name = f"{by.name()}.npy"
    member = bytearray(by.one.members()[name])
    member[by.draw.randrange(len(member))] ^= 1 << by.draw.randrange(8)
    whole = by.one.members()[name]
    changed = [
        bytes(member),
        whole + b"x",
        whole[:-1],
        whole[: by.draw.randrange(128)],
        b"",
        whole + whole,
        b"\0" * 500,
    ]
    return of_members({**by.one.members(), name: by.draw.choice(changed)})


# two checkpoints


def members_of_another(by: Forger) -> bytes:
    """Some members of each; both are of the same network."""
    ours, theirs = by.one.members(), by.other.members()
    learnt = [name for name in ours if "layers" in name]  # the others may be equal
    swapped = by.draw.sample(learnt, by.draw.randint(1, len(learnt) - 1)) + by.draw.choice([[], [HEADER]])
    return of_members({name: (theirs if name in swapped else ours)[name] for name in ours})


def header_of_another(by: Forger) -> bytes:
    """All of the header but the digest, or some sections, with the arrays and the digest of the first."""
    ours = json.loads(by.one.members()[HEADER])
    keys = [key for key in ours if key != "sha256"]
    for key in by.draw.sample(keys, by.draw.randint(1, len(keys))):
        ours[key] = by.other.header[key]
    return of_members({**by.one.members(), HEADER: json.dumps(ours).encode()})


# the file


def bad_copy(by: Forger) -> bytes:
    """Cut, doubled, with a block of zeros or of something else, or two blocks in each other's place."""
    content = bytearray(by.one.content)
    size = by.draw.choice([1, 16, 512, 4096])
    a, b = sorted(by.draw.randrange(len(content) - size) for _ in range(2))
    kind = by.draw.randrange(6)
    if kind == 0:
        del content[a : a + size]
    elif kind == 1:
        content[a:a] = content[b : b + size]
    elif kind == 2:
        content[a : a + size] = bytes(size)
    elif kind == 3:
        content[a : a + size] = by.draw.randbytes(size)
    elif kind == 4:
        content[a : a + size], content[b : b + size] = content[b : b + size], content[a : a + size]
    else:
        content[max(a, 1000) :] = by.other.content[max(a, 1000) :]  # before that, both may be the same
    return bytes(content)


def around(by: Forger) -> bytes:
    """Something before it, or behind it."""
    more = by.draw.choice([b"\0" * 10, b"#!/bin/sh\n", by.draw.randbytes(70_000), by.one.content, by.other.content])
    return by.draw.choice([more + by.one.content, by.one.content + more])


def something_else(by: Forger) -> bytes:
    """No zip, or an empty one, or one whose end lies."""
    lie = end(by.draw.choice([0, 1, 65535]), by.draw.choice([0, 100, 2**32 - 1]), by.draw.choice([0, 100, 2**32 - 1]))
    plain = [b"", b"a text\n" * 9, bytes(1000), by.draw.randbytes(5000), b"PK", end(0, 0, 0), lie, bytes(5000) + lie]
    return by.draw.choice([*plain, by.one.content[:-22] + lie, _PICKLED[0], npy(np.zeros(3)), b"PK\3\4" * 500])


FORGERIES: tuple[Forgery, ...] = (
    *(deflated, overlapping, crowded, another_order, member_twice, member_too_many, member_missing, member_renamed),
    *(renamed_throughout, wrong_type, changed_unsigned, odd_json, no_header, unknown_section, odd_shape, odd_dtype),
    *(another_order_of_axes, pickled, code, other_bytes, members_of_another, header_of_another, bad_copy, around),
    *(something_else, wrong_type, odd_shape, odd_dtype, code, odd_json, members_of_another, header_of_another),
)
"""Those that have more to vary stand twice."""


# what is no file, or larger than memory


def folder(path: Path) -> None:
    path.mkdir()


def fifo(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def circle(path: Path) -> None:
    path.symlink_to(path)


def huge(path: Path) -> None:
    """Four gigabytes of nothing, which take no place on the disk."""
    with open(path, "wb") as file:
        file.truncate(4 << 30)


def nothing(path: Path) -> None:
    """No file at all."""


SPECIAL_FILES: tuple[Callable[[Path], None], ...] = (folder, fifo, endless, circle, huge, nothing)


def huge_member(source: Source, victim: str, path: Path) -> None:
    """Two gigabytes of nothing follow a member's bytes."""
    with open(path, "wb") as file:
        holes = {victim: 2 << 30}
        write((Entry(name, content, hole=holes.get(name, 0)) for name, content in source.members().items()), file)
