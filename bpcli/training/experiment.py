"""The objects that a training needs; it changes nothing in them except the parameters inside the network."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from bpcli.data.batches import Batches
from bpcli.data.dataset import DataInfo
from bpcli.data.scaling import Scaler
from bpcli.data.stream_batches import StreamBatches
from bpcli.nn.arrays import Array
from bpcli.nn.losses.weighted_sum import BoundPart, WeightedOutputLoss
from bpcli.optim.schedules import Schedule
from bpcli.training.metrics import (
    ClassificationMetrics,
    MetricName,
    Metrics,
    RegressionMetrics,
    count_correct,
    usual_metrics,
)
from bpcli.training.metrics.objectives import PartMetrics, sums_by_part
from bpcli.training.monitor import Monitor, Patience
from bpcli.training.objective import Objective
from bpcli.training.state import State
from bpcli.training.update import Update


@dataclass(frozen=True)
class Experiment:
    """A config made real: built once, handed to `train`, `measure` and the gradient check."""

    info: DataInfo
    scaler: Scaler
    objective: Objective
    update: Update
    schedule: Schedule
    batches: Batches | StreamBatches
    """batches of the training split, or of a stream, as training sees them"""
    splits: dict[str, Callable[[], Batches]]
    """each split there is, in its own order, in blocks to measure"""
    whole: Callable[[], Batches] | None
    """all examples, in the same way, where the splits are parts of one table"""
    epochs: int | None
    """None: until the stream ends"""
    evaluate_every: int
    every_steps: int | None
    monitor: Monitor
    patience: Patience | None
    extra_metrics: tuple[MetricName, ...] = ()
    """measured at each evaluation beside the usual ones"""
    top_k: int | None = None
    """k of the metric top_k_accuracy"""
    measured_as: Literal["train", "prequential"] = "train"
    """name under which the losses of the updates are logged"""
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """classes without an example, by split"""

    def metrics(self, names: Collection[str] | None = None) -> Metrics:
        """Make a collector of the metrics of this kind of task called `names`; None: those of an evaluation."""
        if names is None:
            names = {*usual_metrics(self.info.classes), *self.extra_metrics}
        if isinstance(self.objective.loss, WeightedOutputLoss):
            loss = self.objective.loss
            return PartMetrics(loss, {part.name: self._part_metrics(part, names) for part in loss.parts})
        if self.info.class_names:
            shares = self.objective.loss.shares
            return ClassificationMetrics(len(self.info.class_names), names, top_k=self.top_k, shares=shares)
        return RegressionMetrics(self.info.targets)

    def _part_metrics(self, part: BoundPart, names: Collection[str]) -> Metrics:
        """Make a collector for one of several objectives, whose metrics bear its name before theirs."""
        if part.kind == "value":
            return RegressionMetrics(len(part.columns))
        own = {name.removeprefix(f"{part.name}_") for name in names}
        classes = len(self.info.target_classes[part.columns[0]])
        return ClassificationMetrics(classes, {"accuracy", *own}, shares=part.loss.shares)

    @property
    def data_sha256(self) -> str:
        """Digest by which changed data are noticed: of both splits, or of the rows that a stream has brought so far."""
        return self.batches.sha256 if isinstance(self.batches, StreamBatches) else self._splits_sha256

    def sums(self, loss: float, T: Array) -> dict[str, float]:
        """Return the sums over a batch whose means are logged, after the `forward` that gave `loss` for targets `T`."""
        output_loss = self.objective.loss
        if isinstance(output_loss, WeightedOutputLoss):
            return {"loss": loss, **sums_by_part(output_loss, T)}
        if self.info.class_names:
            return {"loss": loss, "accuracy": count_correct(output_loss.Y, T, output_loss.scores)}
        return {"loss": loss}

    @property
    def tests_first(self) -> bool:
        """Return whether each batch is measured before it is learned from, as the rows of a stream are."""
        return self.measured_as == "prequential"

    @cached_property
    def _splits_sha256(self) -> str:
        """Compute the digest of the training and validation splits."""
        digest = hashlib.sha256()
        learned = [] if self.batches.examples is None else [self.batches.examples]
        validated = [self.splits["validation"]().examples] if "validation" in self.splits else []
        for examples in learned + validated:
            digest.update(examples.targets.tobytes())
            for inputs in examples.blocks():
                digest.update(inputs.tobytes())
        return digest.hexdigest()

    def start(self) -> State:
        """Return the state before the first step."""
        return self.update.start(self.objective.network.parameters.theta)
