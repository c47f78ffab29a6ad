"""Everything a training needs and does not change but for the parameters inside its network."""

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
from bpcli.nn.weighted_sum import PartHead, WeightedSumHead
from bpcli.optim.schedules import Schedule
from bpcli.training.metrics import ClassificationMetrics, MetricName, Metrics, RegressionMetrics, usual_metrics
from bpcli.training.monitor import Monitor, Patience
from bpcli.training.objective import Objective
from bpcli.training.parts import PartMetrics
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
    """of the training split, or of a stream, as training sees them"""
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
    """of the metric top_k_accuracy"""
    measured_as: Literal["train", "prequential"] = "train"
    """what the losses of the updates are logged as"""
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """classes without an example, by split"""

    def metrics(self, names: Collection[str] | None = None) -> Metrics:
        """A fresh collector of the metrics of this kind of task called `names`; None: those of an evaluation."""
        if names is None:
            names = {*usual_metrics(self.info.classes), *self.extra_metrics}
        if isinstance(self.objective.head, WeightedSumHead):
            head = self.objective.head
            return PartMetrics(head, {part.name: self._part_metrics(part, names) for part in head.parts})
        if self.info.class_names:
            shares = self.objective.head.shares
            return ClassificationMetrics(len(self.info.class_names), names, top_k=self.top_k, shares=shares)
        return RegressionMetrics(self.info.targets)

    def _part_metrics(self, part: PartHead, names: Collection[str]) -> Metrics:
        """Of one of several objectives, whose metrics bear its name before theirs."""
        if part.kind == "value":
            return RegressionMetrics(len(part.columns))
        own = {name.removeprefix(f"{part.name}_") for name in names}
        classes = len(self.info.target_classes[part.columns[0]])
        return ClassificationMetrics(classes, {"accuracy", *own}, shares=part.head.shares)

    @property
    def data_sha256(self) -> str:
        """Digest by which changed data are noticed: of both splits, or of the rows that a stream has brought so far."""
        return self.batches.sha256 if isinstance(self.batches, StreamBatches) else self._splits_sha256

    @cached_property
    def _splits_sha256(self) -> str:
        """Of the training and validation splits."""
        digest = hashlib.sha256()
        learnt = [] if self.batches.examples is None else [self.batches.examples]
        validated = [self.splits["validation"]().examples] if "validation" in self.splits else []
        for examples in learnt + validated:
            digest.update(examples.targets.tobytes())
            for inputs in examples.blocks():
                digest.update(inputs.tobytes())
        return digest.hexdigest()

    def start(self) -> State:
        """The state before the first step; there is one at a time, because it may live in the network's gradient."""
        return self.update.start(self.objective.network)
