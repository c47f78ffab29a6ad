"""Updates of large vectors, a block at a time."""

from __future__ import annotations

from collections.abc import Iterator

from bpcli.nn.arrays import Array

BLOCK = 2**16
"""Entries of the shortest block: several operations on a block of several arrays stay in a second-level cache.

A network that fits into two such blocks is quicker in one: the calls would cost more than the cache saves.
"""


def blocks(*arrays: Array) -> Iterator[tuple[Array, ...]]:
    """The same stretch of each of some `(P,)` arrays, one stretch after the other."""
    size = len(arrays[0])
    if size < 2 * BLOCK:
        yield arrays
        return
    for start in range(0, size, BLOCK):
        yield tuple(array[start : start + BLOCK] for array in arrays)
