"""Of the rows that are measured, those that the network has learned from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from bpcli.data.dataset import DataInfo, Examples
from bpcli.data.rows import row_hashes
from bpcli.runs.checkpoint import Saved

Which = Literal["as in training", "split otherwise", "all rows"]


@dataclass(frozen=True)
class MeasuredRows:
    """Which rows were measured, and whether the network has learned from them."""

    which: Which
    """as in training: a split as training had it; split otherwise: a split of other data, or of the same drawn anew;
    all rows: of a table"""
    measured: int
    learned: int | None
    """how many equal a row it was trained on, inputs and targets; None: the checkpoint does not say"""
    exact: bool = True
    """false: `learned` is estimated, because it was trained on too many rows to keep a hash of each"""
    is_training_split: bool = False
    """whether these are the rows it was trained on, split as they were"""
    chose_epoch: bool = False
    """whether the checkpoint is the best of all epochs because of what was measured of these rows"""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to know of figures that are taken for those of new rows."""
        if self.learned is None and self.which == "split otherwise":
            return (
                "the data are not those it was trained on, or are split otherwise: "
                "these may be rows that it has learned from",
            )
        if self.learned:
            return (f"{self.share} equal a row it was trained on: the figures say less of rows it has not seen",)
        return ()

    @property
    def share(self) -> str:
        """`17 of 1,000 rows`"""
        return f"{'' if self.exact else 'about '}{self.learned:,} of {self.measured:,} rows"

    def __str__(self) -> str:
        if self.is_training_split:
            return "those it was trained on"
        chose = ", but they chose the best epoch" if self.chose_epoch else ""
        if self.learned is None:
            return f"cannot know if it was trained on some of these: the checkpoint keeps no record of its rows{chose}"
        return f"{self.share} equal a row it was trained on{chose}"

    def to_dict(self) -> dict[str, Any]:
        """`rows` of the JSON object of `bpcli eval`."""
        return {
            "which": self.which,
            "measured": self.measured,
            "learned": self.learned,
            "exact": self.exact,
            "chose_epoch": self.chose_epoch,
        }


def measured_rows(
    saved: Saved,
    examples: Examples,
    info: DataInfo,
    *,
    which: Which,
    reconstructs: bool,
    is_training_split: bool,
    chose_epoch: bool,
) -> MeasuredRows:
    """What the checkpoint knows of these examples."""
    if is_training_split:
        return MeasuredRows(which, len(examples), len(examples), is_training_split=True)
    if saved.rows is None:
        return MeasuredRows(which, len(examples), None, chose_epoch=chose_epoch)
    learned, exact = saved.rows.count(row_hashes(examples, info, reconstructs=reconstructs))
    return MeasuredRows(which, len(examples), learned, exact, chose_epoch=chose_epoch)
