"""Zip files that say what `zipfile` would never write: of bytes, sizes, offsets and names that do not belong."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import IO

STORED, DEFLATED = 0, 8


@dataclass(frozen=True)
class Entry:
    """A member, and what is said of it; what is None is said truly."""

    name: str
    content: bytes
    """as it lies in the file"""
    method: int = STORED
    size: int | None = None
    """once unpacked"""
    crc: int | None = None
    hole: int = 0
    """zeros that follow the content, and take no place on the disk"""
    shares: int | None = None
    """the entry, by number, at whose place in the file this one is said to lie"""


def write(entries: Iterable[Entry], file: IO[bytes]) -> None:
    """The file. An entry that shares the place of another takes a line in the directory alone."""
    directory, places = bytearray(), list[int]()
    for entry in entries:
        name, packed = entry.name.encode(), len(entry.content) + entry.hole
        size = packed if entry.size is None else entry.size
        crc = zlib.crc32(entry.content) if entry.crc is None else entry.crc
        facts = (entry.method, 0, 33, crc, packed, size, len(name), 0)
        places.append(file.tell() if entry.shares is None else places[entry.shares])
        if entry.shares is None:
            file.write(struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0x800, *facts) + name + entry.content)
            file.seek(entry.hole, os.SEEK_CUR)
        directory += struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0x800, *facts, 0, 0, 0, 0, places[-1]) + name
    file.write(directory + end(len(places), len(directory), file.tell()))


def zipped(entries: Iterable[Entry]) -> bytes:
    file = io.BytesIO()
    write(entries, file)
    return file.getvalue()


def end(entries: int, size: int, offset: int) -> bytes:
    """The record at the end, of a directory with so many entries and bytes."""
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, entries % 65536, entries % 65536, size, offset, 0)


def of_members(members: Mapping[str, bytes]) -> bytes:
    return zipped(Entry(name, content) for name, content in members.items())


@cache
def zeros_deflated(size: int) -> tuple[bytes, int]:
    """So many zeros, a whole number of MiB, in a thousandth of the bytes; and their checksum."""
    packer, packed, crc, mib = zlib.compressobj(9, zlib.DEFLATED, -15), bytearray(), 0, bytes(1 << 20)
    for _ in range(size >> 20):
        packed += packer.compress(mib)
        crc = zlib.crc32(mib, crc)
    return bytes(packed + packer.flush()), crc


@cache
def many_entries(count: int) -> bytes:
    """A directory of so many members without a byte."""
    header = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0)
    directory = b"".join(header + b"%07d" % i for i in range(count))
    return directory + end(count, len(directory), 0)
