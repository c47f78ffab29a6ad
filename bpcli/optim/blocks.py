"""For speed alone: long vectors are updated a block at a time.

An update is several passes over the parameters, their gradient and the slots. In blocks these stay in the processor's
cache from pass to pass: a step of Adam on 670,000 parameters takes 2 ms, and 5 ms on all of them at once.
"""

from __future__ import annotations

from collections.abc import Iterable

from bpcli.nn.arrays import Array

BLOCK = 65_536
"""Entries at once. Fewer than two blocks are taken at once: there the calls cost more than the cache saves."""


def blocks(*vectors: Array) -> Iterable[tuple[Array, ...]]:
    """Return the same stretch of each of some `(P,)` vectors, one stretch after the other."""
    size = len(vectors[0])
    if size < 2 * BLOCK:
        return (vectors,)
    return (tuple(vector[start : start + BLOCK] for vector in vectors) for start in range(0, size, BLOCK))


def slots_in_blocks(
    theta: Array, grad: Array, slots: dict[str, Array]
) -> Iterable[tuple[Array, Array, dict[str, Array]]]:
    """Return the same stretch of the parameters, of their gradient and of each slot, one stretch after the other."""
    if len(theta) < 2 * BLOCK:
        return ((theta, grad, slots),)
    parts = blocks(theta, grad, *slots.values())
    return ((theta, grad, dict(zip(slots, memory, strict=True))) for theta, grad, *memory in parts)
