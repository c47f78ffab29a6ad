"""The small real data sets that scikit-learn carries inside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from bpcli.data.dataset import DataInfo
from bpcli.data.source import Table, TableSource
from bpcli.errors import DataError


@dataclass(frozen=True, kw_only=True)
class BundledSource(TableSource):
    """A data set of `sklearn.datasets.load_<name>`."""

    def table(self, seed: int) -> Table:
        return self._table

    @cached_property
    def _table(self) -> Table:
        bunch = self._loader()
        x = np.asarray(bunch.data, np.float64)
        feature_names = tuple(map(str, bunch.feature_names))
        if "target_names" not in bunch:
            y = np.asarray(bunch.target, np.float64)[:, np.newaxis]
            return Table(DataInfo(x.shape[1], feature_names=feature_names), x, y)
        info = DataInfo(
            x.shape[1],
            class_names=tuple(map(str, bunch.target_names)),
            image_shape=bunch.images.shape[1:] if "images" in bunch else None,
            feature_names=feature_names,
        )
        return Table(info, x, np.asarray(bunch.target, np.intp))

    def _loader(self) -> Any:
        try:
            from sklearn import datasets
        except ImportError as error:
            raise DataError(
                f"{self.name} comes with scikit-learn, which is not installed: pip install scikit-learn"
            ) from error
        load: Callable[[], Any] = getattr(datasets, f"load_{self.name}")
        return load()


@dataclass(frozen=True, kw_only=True)
class Iris(BundledSource):
    """iris: 150 flowers, 4 measures, 3 species (Anderson 1935; Fisher 1936)."""

    name: Literal["iris"] = "iris"
    """three species of iris by the size of their petals and sepals"""


@dataclass(frozen=True, kw_only=True)
class Wine(BundledSource):
    """wine: 178 wines, 13 chemical measures, 3 growers (Forina et al. 1988)."""

    name: Literal["wine"] = "wine"
    """three growers of wine by chemical analysis"""


@dataclass(frozen=True, kw_only=True)
class BreastCancer(BundledSource):
    """breast_cancer: 569 tumours, 30 measures of cell nuclei, malignant or benign (Street et al. 1993)."""

    name: Literal["breast_cancer"] = "breast_cancer"
    """malignant and benign tumours by their cells"""


@dataclass(frozen=True, kw_only=True)
class Digits(BundledSource):
    """digits: 1,797 handwritten digits of 8 x 8 pixels, 0 to 16 (Alpaydin and Kaynak 1998)."""

    name: Literal["digits"] = "digits"
    """small handwritten digits"""


@dataclass(frozen=True, kw_only=True)
class Diabetes(BundledSource):
    """diabetes: 442 patients, 10 measures, progression of the disease after a year (Efron et al. 2004)."""

    name: Literal["diabetes"] = "diabetes"
    """progression of diabetes, a number"""
