"""What every data section has: the keys, and a `load` that gives the splits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Literal, NamedTuple

from annotated_types import Ge, Gt, Lt

from bpcli.data.augmentation.section import Augmentation
from bpcli.data.dataset import DataInfo, Dataset, Examples
from bpcli.data.sampling import Sampling
from bpcli.data.scaling import Scale
from bpcli.data.splits import split_off
from bpcli.nn.arrays import Array


@dataclass(frozen=True, kw_only=True)
class Source(ABC):
    """A data set that a config names."""

    measured_as: ClassVar[Literal["train", "prequential"]] = "train"
    """what the losses of the updates are logged as"""

    name: str
    """the data set"""
    batch_size: Annotated[int, Gt(0)] | Literal["full"] = 32
    """examples per update; full: the whole training split"""
    validation_fraction: Annotated[float, Ge(0), Lt(1)] = 0.0
    """share of the training examples kept for validation"""
    scale: Scale = "standard"
    """input scaling: unit (to [0, 1]), standard (mean 0, variance 1) or none; fitted on the training split"""
    shuffle: bool = True
    """a new random order of the training examples every epoch"""
    one_hot: bool = False
    """classes as vectors with a single 1, for losses that compare numbers"""
    sampling: Sampling = "none"
    """against rare classes, in training: over repeats them, under thins the others, balanced draws each as often"""
    augmentation: Augmentation | None = None
    """random changes to the training examples, new in every epoch"""
    target: Literal["input"] | None = None
    """input: learn to give the scaled inputs back, as an autoencoder does; unset: the targets of the data"""

    @property
    def reconstructs(self) -> bool:
        """Whether the inputs are the targets."""
        return self.target == "input"

    def info(self) -> DataInfo:
        """What a network has to fit; reads no more than it must."""
        info = self.own_info()
        return info.reconstruction if self.reconstructs else info

    def load(self, seed: int) -> Dataset:
        """The data set with its splits made: a pure function of the section and `seed`.

        Where the inputs are the targets, `y` still holds what the splits are stratified by. Raises DataError for data
        that cannot be had, ConfigError for a key that does not suit them.
        """
        data = self.own_data(seed)
        return replace(data, info=data.info.reconstruction) if self.reconstructs else data

    @abstractmethod
    def own_info(self) -> DataInfo:
        """`info`, with the data's own targets."""

    @abstractmethod
    def own_data(self, seed: int) -> Dataset:
        """`load`, with the data's own targets."""

    def with_validation(self, info: DataInfo, train: Examples, test: Examples | None, seed: int) -> Dataset:
        """The data set whose validation split is taken from `train`, as `validation_fraction` says."""
        rest, validation = split_off(train, "validation_fraction", self.validation_fraction, seed=seed)
        return Dataset(info, rest, validation, test)


class Table(NamedTuple):
    """Examples that are not split yet."""

    info: DataInfo
    x: Array
    """(M, features)"""
    y: Array
    """(M,) intp class indices, or (M, targets) float64"""


@dataclass(frozen=True, kw_only=True)
class TableSource(Source):
    """A source that is one table, from which the test split is taken too."""

    test_fraction: Annotated[float, Ge(0), Lt(1)] = 0.2
    """share of all examples kept for testing"""

    @abstractmethod
    def table(self, seed: int) -> Table:
        """All examples, in an order that does not depend on the splits."""

    def own_info(self) -> DataInfo:
        return self.table(0).info

    def own_data(self, seed: int) -> Dataset:
        info, x, y = self.table(seed)
        train, test = split_off(Examples(x, y), "test_fraction", self.test_fraction, seed=seed)
        return self.with_validation(info, train, test, seed)
