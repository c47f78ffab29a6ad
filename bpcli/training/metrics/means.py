"""Quotients and means, some of which are undefined."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from bpcli.nn.arrays import Array


def ratios(parts: Array, wholes: Array) -> Array:
    """`parts / wholes` in float64; NaN where the whole is 0."""
    quotients: Array = np.divide(parts, wholes, out=np.full(len(wholes), math.nan), where=wholes != 0)
    return quotients


def mean_of_defined(values: Iterable[float]) -> float:
    """The mean of all values but NaN; NaN if there is none."""
    defined = [float(value) for value in values if not math.isnan(value)]
    return math.fsum(defined) / len(defined) if defined else math.nan
