"""What was measured of a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bpcli.api.measured_rows import MeasuredRows
from bpcli.training.metrics import ClassScore, TargetScore
from bpcli.training.nulls import finite
from bpcli.training.requirements import CheckedRequirement


@dataclass(frozen=True)
class Mistake:
    """An example that is classified wrongly."""

    index: int
    """row in the data set"""
    true: str
    predicted: str
    confidence: float
    """the output for the predicted class"""


@dataclass(frozen=True)
class Evaluation:
    """What was measured; a metric that is NaN is undefined for these examples."""

    checkpoint: Path
    data: str
    split: str
    examples: int
    loss: float
    metrics: dict[str, float]
    """all there are for this kind of task"""
    rows: MeasuredRows | None = None
    loss_with: tuple[str, ...] = ()
    """what makes the loss another than the plain one: class weights, label smoothing"""
    top_k: int | None = None
    """of the metric top_k_accuracy; None where it is not measured"""
    class_names: tuple[str, ...] = ()
    """empty for regression, as are the next three"""
    confusion_matrix: tuple[tuple[int, ...], ...] = ()
    """rows are true classes, columns predicted ones"""
    classes: tuple[ClassScore, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    """the most confident ones first"""
    targets: tuple[TargetScore, ...] = ()
    """each target column of a regression that has several, but not too many to look at"""
    requirements: tuple[CheckedRequirement, ...] = ()
    warnings: tuple[str, ...] = ()
    """why the figures may not mean what they seem to"""

    @property
    def unmet(self) -> tuple[CheckedRequirement, ...]:
        """The requirements that were not met."""
        return tuple(checked for checked in self.requirements if not checked.met)

    def to_dict(self) -> dict[str, Any]:
        """The object that `bpcli eval --json` prints; what is not a number is null."""
        return {
            "checkpoint": str(self.checkpoint),
            "data": self.data,
            "split": self.split,
            "examples": self.examples,
            "loss": self.loss,
            "metrics": finite(self.metrics),
            "confusion_matrix": [list(row) for row in self.confusion_matrix] or None,
            "class_names": list(self.class_names) or None,
            "top_k": self.top_k,
            "classes": [finite(vars(score)) for score in self.classes],
            "mistakes": [vars(mistake) for mistake in self.mistakes],
            "targets": [finite(vars(score)) for score in self.targets],
            "loss_with": list(self.loss_with),
            "rows": self.rows.to_dict() if self.rows else None,
            "requirements": [checked.to_dict() for checked in self.requirements],
            "warnings": list(self.warnings),
        }
