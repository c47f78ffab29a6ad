"""Whether the numbers of a data set fit the precision of the arithmetic."""

from __future__ import annotations

from typing import Any

import numpy as np

from bpcli.data.dataset import DataInfo, Dataset, Examples
from bpcli.data.scaling import Scaler
from bpcli.errors import DataError
from bpcli.nn.arrays import Array


def require_representable(data: Dataset, scaler: Scaler, dtype: Any) -> None:
    """Raise `DataError`, with the row and the column, for a number that is not finite once it is scaled and rounded."""
    for split, examples in data.splits.items():
        place = _first_input(examples, scaler, dtype)
        what = "feature"
        if place is None:
            place, what = _first_target(examples.targets, dtype), "target"
        if place is not None:
            row, column, value = place
            index = row if examples.rows is None else int(examples.rows[row])
            raise DataError(
                f"row {index} of the data ({split} split): {_name(data.info, what, column)} is {value:g}, which is too "
                f"large for {np.dtype(dtype)}: mend it, or divide this column of the data by a constant"
            )


def _first_input(examples: Examples, scaler: Scaler, dtype: Any) -> tuple[int, int, float] | None:
    """Row, column and value of the first input that is too large; bytes never are."""
    if examples.x.dtype == np.uint8:
        return None
    begin = 0
    for block in examples.blocks():
        extremes = np.stack([block.min(axis=0), block.max(axis=0)]).astype(np.float64)
        columns = np.flatnonzero(~_fits(_scaled(extremes, scaler), dtype).all(axis=0))
        if len(columns):
            rows, places = np.nonzero(~_fits(_scaled(block, scaler), dtype))
            return begin + int(rows[0]), int(places[0]), float(block[rows[0], places[0]])
        begin += len(block)
    return None


def _first_target(y: Array, dtype: Any) -> tuple[int, int, float] | None:
    if y.ndim == 1 or _fits(y, dtype).all():
        return None
    row, column = (int(places[0]) for places in np.nonzero(~_fits(y, dtype)))
    return row, column, float(y[row, column])


def _scaled(x: Array, scaler: Scaler) -> Array:
    with np.errstate(all="ignore"):
        scaled: Array = (x.astype(np.float64) - scaler.shift) * np.where(scaler.factor > 0, scaler.factor, np.inf)
    return scaled


def _fits(values: Array, dtype: Any) -> Array:
    return np.asarray(np.abs(values) <= np.finfo(dtype).max)


def _name(info: DataInfo, what: str, column: int) -> str:
    """A column as a person finds it, counted from 0 where it has no name."""
    if what == "target" and info.targets == 1:
        return "the target"
    names = info.feature_names if what == "feature" else info.target_names
    return f"{what} {repr(names[column]) if names else f'number {column}'}"


def largest(values: Array) -> float:
    """The largest magnitude among finite values."""
    magnitudes = np.abs(values[np.isfinite(values)])
    return float(magnitudes.max()) if magnitudes.size else 0.0
