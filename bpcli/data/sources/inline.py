"""A small table that stands in the config itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt, Lt

from bpcli.data.dataset import DataInfo
from bpcli.data.labels import written
from bpcli.data.scaling import Scale
from bpcli.data.sources.base import Table, TableSource
from bpcli.data.sources.labelled import Labelled, TargetColumn, Task, numbered, refusal
from bpcli.errors import config_error
from bpcli.nn.arrays import Array

Row = tuple[float, ...]
Target = int | str | float | Row


@dataclass(frozen=True, kw_only=True)
class Inline(Labelled, TableSource):
    """inline: a table written in the config, for a few examples that are followed by hand."""

    name: Literal["inline"] = "inline"
    """a table in the config"""
    inputs: tuple[Row, ...]
    """one list of numbers an example, all of one length"""
    targets: tuple[Target, ...] | None = None
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

    def target_columns(self) -> tuple[TargetColumn, ...]:
        return () if self.reconstructs else _looks(self._checked_targets(len(self.inputs)))

    def _class_names_and_targets(self, examples: int) -> tuple[tuple[str, ...], Array]:
        """Class names and `y (M,)`, or no names and `y (M, targets)`."""
        if self.targets is None and self.reconstructs:
            return (), np.zeros((examples, 1))
        targets = self._checked_targets(examples)
        columns = _looks(targets)
        tasks = self.tasks(len(columns))
        rows = [target for target in targets if isinstance(target, tuple)]
        if rows and "classification" in tasks:
            raise config_error(("data", "task"), "the targets are lists of numbers: leave it out")
        if rows:
            return (), _matrix(rows, "targets")
        if (tasks[0] or columns[0].guess) == "regression":
            if columns[0].kind == "words":
                raise config_error(("data", "task"), "the targets are words, and no numbers: write classification")
            return (), np.array(targets, np.float64)[:, np.newaxis]
        spellings = self.spellings()
        labels = spellings.names_of([written(target) for target in targets])
        class_names = self.class_names(labels, 0, 1)
        if len(class_names) < 2:
            raise config_error(
                ("data", "targets"),
                f"every target is the class {class_names[0]}, and one class leaves nothing to learn: "
                "write 1.0, with a point, where the number 1 is meant",
            )
        if wrong := refusal(labels, class_names, spellings):
            raise config_error(("data", "targets", wrong[0]), wrong[1])
        return class_names, numbered(labels, class_names)

    def _checked_targets(self, examples: int) -> tuple[Target, ...]:
        """The targets, as many as there are inputs, and all of one kind."""
        if self.targets is None:
            raise config_error(("data", "targets"), "targets is missing: give one for each of inputs")
        if len(self.targets) != examples:
            raise config_error(
                ("data", "targets"), f"there are {len(self.targets)} targets for {examples} inputs: give as many"
            )
        kinds = {float if isinstance(target, int) else type(target) for target in self.targets}
        if len(kinds) > 1:
            raise config_error(
                ("data", "targets"), "targets must be all numbers, all words, or all lists of numbers, not some of each"
            )
        return self.targets


def _looks(targets: tuple[Target, ...]) -> tuple[TargetColumn, ...]:
    """What each column of targets says of itself."""
    rows = [target for target in targets if isinstance(target, tuple)]
    numbers = [target for target in targets if isinstance(target, int | float)]
    if rows:
        return (TargetColumn("fractions", 0, "regression"),) * len(rows[0])
    if not numbers:
        return (TargetColumn("words", len(set(targets)), "classification"),)
    is_typed = all(isinstance(target, int) for target in numbers)
    is_whole = all(float(target).is_integer() for target in numbers)
    guess: Task = "classification" if is_typed else "regression"
    return (TargetColumn("whole" if is_whole else "fractions", len(set(numbers)), guess),)


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
