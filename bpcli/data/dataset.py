"""A data set in memory: its examples, its splits, and what a network has to fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from mmap import mmap
from typing import Literal

from bpcli.errors import DataError
from bpcli.nn.arrays import Array

SplitName = Literal["train", "validation", "test"]

AT_ONCE = 1 << 25
"""Bytes."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Some rows of `x` and `y`: a split never copies the arrays it is a part of."""

    x: Array
    """(M, features), bytes or floating; may be memory-mapped"""
    y: Array
    """(M,) intp class indices, or (M, targets) float64"""
    rows: Array | None = None
    """intp indices of ours into `x` and `y`, rising; None: all of them"""

    def __len__(self) -> int:
        return len(self.x) if self.rows is None else len(self.rows)

    @property
    def targets(self) -> Array:
        """Our rows of `y`."""
        return self.y if self.rows is None else self.y[self.rows]

    def require_whole(self) -> None:
        """Raise DataError where the file that `x` is a map of has become shorter: to read on would end the process."""
        mapped = self.x.base
        if isinstance(mapped, mmap) and mapped.size() < len(mapped):
            raise DataError(
                f"{getattr(self.x, 'filename', 'a cache')} was cut while it was in use: it is built again "
                "at the next start"
            )

    def blocks(self, size: int | None = None) -> Iterator[Array]:
        """Our rows of `x`, up to `size` of them at a time; None: 32 MiB of them, so that they are never all copied."""
        size = size or max(AT_ONCE // (self.x.shape[1] * self.x.itemsize), 1)
        for begin in range(0, len(self), size):
            block = slice(begin, begin + size)
            yield self.x[block if self.rows is None else self.rows[block]]


@dataclass(frozen=True)
class DataInfo:
    """What a network has to fit, and how to name it to a person."""

    features: int
    class_names: tuple[str, ...] = ()
    """in the order of the class indices; empty for regression"""
    targets: int = 1
    """columns of `y`, for regression"""
    target_names: tuple[str, ...] = ()
    """of the columns of `y`, where there are several"""
    target_classes: tuple[tuple[str, ...], ...] = ()
    """class names of each of these columns, whose entries are then indices; empty for a column of numbers"""
    image_shape: tuple[int, int] | None = None
    """rows and columns, where an example is an image"""
    feature_names: tuple[str, ...] = ()
    has_validation: bool = False
    """whether there is a validation split whatever `validation_fraction` says"""

    @property
    def classes(self) -> int:
        """The number of classes; 0 for regression."""
        return len(self.class_names)

    @property
    def reconstruction(self) -> DataInfo:
        """The same data with their inputs as targets."""
        return replace(self, class_names=(), targets=self.features, target_names=(), target_classes=())


@dataclass(frozen=True, eq=False)
class Dataset:
    info: DataInfo
    train: Examples
    validation: Examples | None = None
    test: Examples | None = None

    @property
    def splits(self) -> dict[SplitName, Examples]:
        """The splits there are, by name."""
        named: dict[SplitName, Examples | None] = {
            "train": self.train,
            "validation": self.validation,
            "test": self.test,
        }
        return {name: examples for name, examples in named.items() if examples is not None}

    @property
    def whole(self) -> Examples | None:
        """All examples, in the order of the table that the splits are parts of; None where they are not of one."""
        x, y = self.train.x, self.train.y
        is_one = all(split.x is x and split.y is y for split in self.splits.values())
        return Examples(x, y) if is_one else None

    def split(self, name: SplitName) -> Examples:
        """The split called `name`. Raises DataError where there is none."""
        if name not in self.splits:
            hint = "; set data.validation_fraction to have one" if name == "validation" else ""
            raise DataError(f"this data set has no {name} split, only {' and '.join(self.splits)}{hint}")
        return self.splits[name]
