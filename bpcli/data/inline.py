"""A small table that stands in the config itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt, Lt

from bpcli.data.dataset import DataInfo
from bpcli.data.scaling import Scale
from bpcli.data.source import Table, TableSource
from bpcli.errors import config_error
from bpcli.nn.arrays import Array

Row = tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Inline(TableSource):
    """inline: a table written in the config, for a few examples that are followed by hand."""

    name: Literal["inline"] = "inline"
    """a table in the config"""
    inputs: tuple[Row, ...]
    """one list of numbers an example, all of one length"""
    targets: tuple[int | str | float | Row, ...] | None = None
    """one entry an example: whole numbers or words for classes, else numbers, or lists of numbers"""
    batch_size: Annotated[int, Gt(0)] | Literal["full"] = "full"
    """examples per update; full: the whole training split"""
    scale: Scale = "none"
    """input scaling: unit (to [0, 1]), standard (mean 0, variance 1) or none; fitted on the training split"""
    test_fraction: Annotated[float, Ge(0), Lt(1)] = 0.0
    """share of all examples kept for testing"""

    def table(self, seed: int) -> Table:
        x = _matrix(self.inputs, "inputs")
        class_names, y = self._class_names_and_targets(len(x))
        several = 0 if class_names or y.shape[1] == 1 else y.shape[1]
        info = DataInfo(
            x.shape[1],
            class_names=class_names,
            targets=several or 1,
            target_names=tuple(f"y{index}" for index in range(several)),
            target_classes=((),) * several,
        )
        return Table(info, x, y)

    def _class_names_and_targets(self, examples: int) -> tuple[tuple[str, ...], Array]:
        """Class names and `y (M,)`, or no names and `y (M, targets)`."""
        if self.targets is None:
            if not self.reconstructs:
                raise config_error(("data", "targets"), "targets is missing: give one for each of inputs")
            return (), np.zeros((examples, 1))
        if len(self.targets) != examples:
            raise config_error(
                ("data", "targets"), f"there are {len(self.targets)} targets for {examples} inputs: give as many"
            )
        rows = [target for target in self.targets if isinstance(target, tuple)]
        numbers = [target for target in self.targets if isinstance(target, int | float)]
        if len(rows) == examples:
            return (), _matrix(rows, "targets")
        if len(numbers) == examples and any(isinstance(target, float) for target in numbers):
            return (), np.array(numbers, np.float64)[:, np.newaxis]
        if rows or 0 < len(numbers) < examples:
            raise config_error(
                ("data", "targets"), "targets must be all numbers, all words, or all lists of numbers, not some of each"
            )
        labels, y = np.unique(np.array(self.targets), return_inverse=True)
        if len(labels) < 2:
            raise config_error(
                ("data", "targets"),
                f"every target is the class {labels[0]}, and one class leaves nothing to learn: "
                "write 1.0, with a point, where the number 1 is meant",
            )
        return tuple(map(str, labels.tolist())), y.astype(np.intp)


def _matrix(rows: tuple[Row, ...] | list[Row], key: str) -> Array:
    """Rows of one length as `(M, columns)`, float64. Raises ConfigError, with the row."""
    if not rows:
        raise config_error(("data", key), f"{key} must have at least one row, such as [[0, 1], [1, 0]]")
    for index, row in enumerate(rows):
        if not row:
            raise config_error(("data", key, index), "the row is empty: give at least one number")
        if len(row) != len(rows[0]):
            raise config_error(
                ("data", key, index), f"{key}[{index}] has {len(row)} numbers, but {key}[0] has {len(rows[0])}"
            )
    return np.array(rows, np.float64)
