"""Generated sets of points in the plane, with as many of each class, and Gaussian noise on both coordinates."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Le

from bpcli.data.dataset import DataInfo
from bpcli.data.scaling import Scale
from bpcli.data.sources.base import Table, TableSource
from bpcli.errors import config_error
from bpcli.nn.arrays import Array
from bpcli.nn.randomness import generator


@dataclass(frozen=True, kw_only=True)
class PlaneSource(TableSource):
    """Points `(samples, 2)` that a curve or a cell of each class gives, moved by noise."""

    scale: Scale = "none"
    """input scaling: unit (to [0, 1]), standard (mean 0, variance 1) or none; fitted on the training split"""
    samples: Annotated[int, Ge(2), Le(10_000_000)] = 1000
    """points, in equal numbers of each class"""
    noise: Annotated[float, Ge(0)] = 0.1
    """standard deviation of the noise on each coordinate"""

    @property
    def class_count(self) -> int:
        return 2

    @abstractmethod
    def points(self, y: Array, rng: np.random.Generator) -> Array:
        """A point without noise for each class in `y (M,)`, as `(M, 2)`."""

    def own_info(self) -> DataInfo:
        names = tuple(str(index) for index in range(self.class_count))
        return DataInfo(features=2, class_names=names, feature_names=("x1", "x2"))

    def table(self, seed: int) -> Table:
        if self.samples < self.class_count:
            raise config_error(
                ("data", "samples"), f"samples must be at least the number of classes, {self.class_count}"
            )
        rng = generator(seed, "generate")
        y = np.arange(self.samples) % self.class_count
        x = self.points(y, rng) + self.noise * rng.standard_normal((self.samples, 2))
        return Table(self.own_info(), x, y)


@dataclass(frozen=True, kw_only=True)
class Circles(PlaneSource):
    """circles: radius 1 around radius ½."""

    name: Literal["circles"] = "circles"
    """a circle inside a circle"""

    def points(self, y: Array, rng: np.random.Generator) -> Array:
        return _on_circle(np.where(y == 0, 1.0, 0.5), rng.random(len(y)))


@dataclass(frozen=True, kw_only=True)
class Moons(PlaneSource):
    """moons: the upper half of the unit circle, and the lower half of the one around (1, ½)."""

    name: Literal["moons"] = "moons"
    """two half circles that reach into each other"""

    def points(self, y: Array, rng: np.random.Generator) -> Array:
        upper = _on_circle(np.ones(len(y)), 0.5 * rng.random(len(y)))
        return np.where(y[:, np.newaxis] == 0, upper, [1.0, 0.5] - upper)


@dataclass(frozen=True, kw_only=True)
class Spiral(PlaneSource):
    """spiral: an arm of Archimedes for each class, one turn long (after Lang and Witbrock 1988)."""

    name: Literal["spiral"] = "spiral"
    """arms of a spiral"""
    noise: Annotated[float, Ge(0)] = 0.02
    """standard deviation of the noise on each coordinate"""
    classes: Annotated[int, Ge(2), Le(100)] = 3
    """arms, one of each class"""

    @property
    def class_count(self) -> int:
        return self.classes

    def points(self, y: Array, rng: np.random.Generator) -> Array:
        radius = rng.uniform(0.1, 1.0, len(y))
        return _on_circle(radius, y / self.classes + radius)


@dataclass(frozen=True, kw_only=True)
class Blobs(PlaneSource):
    """blobs: a normal distribution for each class, their centres spread evenly on the unit circle."""

    name: Literal["blobs"] = "blobs"
    """round clouds"""
    noise: Annotated[float, Ge(0)] = 0.3
    """standard deviation of a cloud on each coordinate"""
    classes: Annotated[int, Ge(2), Le(100)] = 3
    """clouds, one of each class"""

    @property
    def class_count(self) -> int:
        return self.classes

    def points(self, y: Array, rng: np.random.Generator) -> Array:
        return _on_circle(np.ones(len(y)), y / self.classes)


@dataclass(frozen=True, kw_only=True)
class Checkerboard(PlaneSource):
    """checkerboard: points of [-1, 1]², by the colour of their field on a board of 4 x 4."""

    name: Literal["checkerboard"] = "checkerboard"
    """the fields of a 4 x 4 board"""
    noise: Annotated[float, Ge(0)] = 0.0
    """standard deviation of the noise on each coordinate"""

    def points(self, y: Array, rng: np.random.Generator) -> Array:
        row = rng.integers(0, 4, len(y))
        column = 2 * rng.integers(0, 2, len(y)) + (row + y) % 2
        corner = np.stack([column, row], axis=1)
        return (corner + rng.random((len(y), 2))) / 2 - 1


def _on_circle(radius: Array, turn: Array) -> Array:
    """Points `(M, 2)` at `radius (M,)`, after `turn (M,)` turns from the x axis."""
    angle = 2 * np.pi * turn
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
