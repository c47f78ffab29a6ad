"""Which rows a network has learned from: a 64-bit hash of each, so that later measurements can tell them from new ones.

A row hashes the same wherever it comes from: whole numbers from 0 to 255 as bytes, as those of an image are, all others
as float64; classes by their names. It is no protection against somebody who looks for collisions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from bpcli.data.augmentation.hashing import splitmix64
from bpcli.data.dataset import DataInfo, Examples
from bpcli.nn.arrays import Array

MOST_HASHES = 2_000_000
"""Rows whose hashes are kept one by one, 8 bytes each; of more there is a Bloom filter."""
BLOOM_WORDS = 2**21
"""64-bit words of the filter: 16 MiB, as much as the most hashes take."""
PROBES = 4
"""Bits of the filter that a row sets (Bloom 1970); one row in 230 of others is taken for one of 10 million."""
WORDS_AT_ONCE = 2**17
"""Words that are hashed at once: they stay in the cache."""


class Count(NamedTuple):
    """How many of some rows have been learned from."""

    rows: int
    is_exact: bool
    """false: estimated from a Bloom filter"""


@dataclass(frozen=True, eq=False)
class LearnedRows:
    """The rows that a network has learned from."""

    words: Array
    """uint64: the hashes, rising, each once; or the bits of the filter"""
    is_bloom: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError for what is neither."""
        if self.words.dtype != np.uint64 or self.words.ndim != 1 or (self.is_bloom and len(self.words) != BLOOM_WORDS):
            raise ValueError("the learned rows")

    @classmethod
    def of(cls, hashes: Array) -> LearnedRows:
        """Those of these `hashes (M,)`."""
        return _of(hashes)

    def union(self, other: LearnedRows) -> LearnedRows:
        """Both together."""
        if not self.is_bloom and not other.is_bloom:
            return _of(np.concatenate([self.words, other.words]))
        return LearnedRows(self._bits() | other._bits(), is_bloom=True)

    def count(self, hashes: Array) -> Count:
        """How many of these rows are among them.

        Of a filter the rows that it takes for learned by chance are subtracted; no more than chance may give is none.
        """
        if not self.is_bloom:
            place = np.searchsorted(self.words, hashes).clip(max=max(len(self.words) - 1, 0))
            return Count(int(np.count_nonzero(self.words[place] == hashes)) if len(self.words) else 0, True)
        found = np.ones(len(hashes), bool)
        for place in _places(hashes):
            found &= (self.words[place >> np.uint64(6)] >> (place & np.uint64(63)) & np.uint64(1)).astype(bool)
        chance = (int(np.bitwise_count(self.words).sum()) / (64 * BLOOM_WORDS)) ** PROBES
        excess = np.count_nonzero(found) - chance * len(hashes)
        is_chance = excess <= 4 * np.sqrt(chance * len(hashes))
        return Count(0 if is_chance else min(round(excess / max(1 - chance, 1e-9)), len(hashes)), False)

    def _bits(self) -> Array:
        return self.words if self.is_bloom else _filter(self.words)


def row_hashes(examples: Examples, info: DataInfo, *, reconstructs: bool) -> Array:
    """A hash `(M,)`, uint64, of the inputs and targets of each example; of the inputs alone if they are the targets."""
    size = max(1, WORDS_AT_ONCE // info.features)
    hashes = np.concatenate([_of_inputs(np.asarray(x)) for x in examples.blocks(size)])
    return hashes if reconstructs else _mixed(hashes, _target_words(examples.targets, info))


def _of_inputs(x: Array) -> Array:
    """Hashes `(N,)` of inputs `(N, features)`."""
    if x.dtype == np.uint8:
        return _of_bytes(x)
    x = x.astype("<f8") + 0.0  # -0.0 becomes 0.0
    are_bytes = ((x >= 0) & (x <= 255) & (x == np.floor(x))).all(axis=1)
    hashes = np.empty(len(x), np.uint64)
    hashes[are_bytes] = _of_bytes(x[are_bytes].astype(np.uint8))
    others = x[~are_bytes]
    hashes[~are_bytes] = _mixed(np.ones(len(others), np.uint64), others.view("<u8"))
    return hashes


def _of_bytes(x: Array) -> Array:
    """Of bytes, eight at a time."""
    padded = np.zeros((len(x), -(-x.shape[1] // 8) * 8), np.uint8)
    padded[:, : x.shape[1]] = x
    return _mixed(np.zeros(len(x), np.uint64), padded.view("<u8"))


def _target_words(y: Array, info: DataInfo) -> Array:
    """Targets `(M,)` or `(M, targets)` as words `(M, targets)`."""
    if info.class_names:
        return _name_words(info.class_names)[y][:, np.newaxis]
    words = (y.astype("<f8") + 0.0).view("<u8")
    for column, names in enumerate(info.target_classes):
        if names:
            words[:, column] = _name_words(names)[y[:, column].astype(np.intp)]
    return words


def _name_words(names: tuple[str, ...]) -> Array:
    digests = (hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest() for name in names)
    return np.frombuffer(b"".join(digests), "<u8")


def _mixed(state: Array, words: Array) -> Array:
    """`state (N,)` with `words (N, W)` hashed into it: each word by its place, and their sum once more."""
    places = np.arange(1, words.shape[1] + 1, dtype=np.uint64)
    return splitmix64(state + splitmix64(words, places).sum(axis=1, dtype=np.uint64), np.ones(1, np.uint64))


def _of(hashes: Array) -> LearnedRows:
    rising = np.sort(hashes)  # np.unique takes ten times as long
    distinct = rising[np.append(True, rising[1:] != rising[:-1])] if len(rising) else rising
    return LearnedRows(distinct) if len(distinct) <= MOST_HASHES else LearnedRows(_filter(distinct), is_bloom=True)


def _filter(hashes: Array) -> Array:
    bits = np.zeros(64 * BLOOM_WORDS, bool)
    for place in _places(hashes):
        bits[place] = True
    return np.packbits(bits, bitorder="little").view("<u8")


def _places(hashes: Array) -> Iterator[Array]:
    """For each probe, the number of a bit `(M,)` (double hashing: Kirsch and Mitzenmacher 2006)."""
    for probe in range(PROBES):
        at = hashes + np.uint64(probe) * ((hashes >> np.uint64(32)) | np.uint64(1))
        yield at % np.uint64(64 * BLOOM_WORDS)
