"""The small real data sets that come with bpcli."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from bpcli.data.dataset import DataInfo
from bpcli.data.sources.base import Table, TableSource

SETS = Path(__file__).with_name("sets")
"""An NPZ of each, and a README that says where it comes from."""


@dataclass(frozen=True, kw_only=True)
class BundledSource(TableSource):
    """A data set that lies in the package: the bits of scikit-learn's `load_<name>`."""

    image_shape: ClassVar[tuple[int, int] | None] = None

    def table(self, seed: int) -> Table:
        return self._table

    @cached_property
    def _table(self) -> Table:
        with np.load(SETS / f"{self.name}.npz") as stored:
            x, y = stored["x"].astype(np.float64), stored["y"]
            feature_names, class_names = (tuple(stored[key].tolist()) for key in ("feature_names", "class_names"))
        info = DataInfo(x.shape[1], class_names=class_names, image_shape=self.image_shape, feature_names=feature_names)
        return Table(info, x, y.astype(np.intp) if class_names else y[:, np.newaxis])


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

    image_shape = (8, 8)

    name: Literal["digits"] = "digits"
    """small handwritten digits"""


@dataclass(frozen=True, kw_only=True)
class Diabetes(BundledSource):
    """diabetes: 442 patients, 10 measures, progression of the disease after a year (Efron et al. 2004)."""

    name: Literal["diabetes"] = "diabetes"
    """progression of diabetes, a number"""
