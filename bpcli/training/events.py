"""What the training loop says: small, and enough to log, draw, stop and save by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Origin:
    """A checkpoint whose weights a run began with."""

    checkpoint: str
    step: int = 0
    """the number of the run's first update: that of the checkpoint, where its optimizer state was kept"""


Reason = Literal["completed", "stopped_early", "interrupted"]


@dataclass(frozen=True, slots=True)
class Started:
    """Training is about to begin, or to go on from where a checkpoint left it."""

    name: str
    folder: Path
    data: str
    """name of the data set"""
    examples: int | None
    """in the training split; None: of a stream, which has as many as come"""
    batch_size: int
    steps_per_epoch: int
    epochs: int | None
    """None: until the stream ends"""
    epoch: int
    """epochs completed before this session"""
    step: int
    """updates made before this session"""
    seconds: float
    """spent training before this session"""
    parameters: int
    widths: tuple[int, ...]
    """units of each layer, the input first"""
    activations: tuple[str, ...]
    """of each layer"""
    threads: int
    dtype: str
    monitor: str
    best: float | None
    """value of the monitored metric so far"""
    warnings: tuple[str, ...]
    origin: Origin | None = None
    """where the run started from, if not from drawn weights"""
    second_thread: bool = False
    """whether one thread was chosen where two may be faster"""

    @property
    def first_step(self) -> int:
        """Updates that were made before the run."""
        return self.origin.step if self.origin else 0


@dataclass(slots=True)
class StepDone:
    """One update was made. Not frozen, which would take four times as long to make, a hundred thousand a second."""

    epoch: int
    """epochs completed before this step"""
    step: int
    """updates made so far, this one included"""
    examples: int
    """examples in the batch, of a stream its new rows"""
    loss: float
    """mean loss of these before the update, without penalties"""
    learning_rate: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """No rows have come for a while; the state is as it was after the last step."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """An epoch ended and was measured: one row of the log."""

    epoch: int
    """epochs completed"""
    step: int
    learning_rate: float
    """of the last update"""
    metrics: Mapping[str, float]
    """by full name: train_loss, validation_accuracy, ..."""
    improved: bool
    """whether the monitored metric is the best so far"""


@dataclass(frozen=True, slots=True)
class CheckpointDue:
    """The state is whole and should be saved."""

    best: bool
    """also as the best checkpoint"""


@dataclass(frozen=True, slots=True)
class Stopped:
    """Training is over."""

    reason: Reason


Event = Started | StepDone | Waiting | Evaluated | CheckpointDue | Stopped
