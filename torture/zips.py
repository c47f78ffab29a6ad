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
    at: int | None = None
    """where in the file it lies already, so that it takes a line in the directory alone"""

    @property
    def facts(self) -> bytes:
        """What its own header and its line in the directory both say."""
        packed = len(self.content) + self.hole
        size = packed if self.size is None else self.size
        crc = zlib.crc32(self.content) if self.crc is None else self.crc
        return struct.pack("<5H3L2H", 20, 0x800, self.method, 0, 33, crc, packed, size, len(self.name.encode()), 0)

    @property
    def start(self) -> bytes:
        """What stands before its content."""
        return b"PK\3\4" + self.facts + self.name.encode()


def write(entries: Iterable[Entry], file: IO[bytes]) -> None:
    directory, count = bytearray(), 0
    for entry in entries:
        count += 1
        at = file.tell() if entry.at is None else entry.at
        directory += b"PK\1\2\x14\0" + entry.facts + struct.pack("<3H2L", 0, 0, 0, 0, at) + entry.name.encode()
        if entry.at is None:
            file.write(entry.start + entry.content)
            file.seek(entry.hole, os.SEEK_CUR)
    file.write(directory + end(count, len(directory), file.tell()))


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
