"""What a config says about training itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt

from bpcli.optim.penalties import Penalty

Mode = Literal["min", "max"]


@dataclass(frozen=True, kw_only=True)
class Training:
    """How long to train, and how often to measure."""

    epochs: Annotated[int, Gt(0)] | None = None
    """passes over the training split; unset: 10, or of a stream as many as it lasts"""
    evaluate_every: Annotated[int, Gt(0)] = 1
    """epochs between two evaluations, each a row of the log and a checkpoint; the last epoch is always evaluated"""


@dataclass(frozen=True, kw_only=True)
class Regularization(Penalty):
    """What keeps the weights small: R(w) = (λ₂/2) Σ w² + λ₁ Σ |w| beside the loss, and a limit to their norms."""

    max_norm: Annotated[float, Gt(0)] | None = None
    """c: after an update, a unit's incoming weights longer than c are shortened to c; unset: no limit"""


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """Which checkpoint is the best one, and whether to save between epochs."""

    monitor: str | None = None
    """metric that chooses best.npz; unset: validation_loss, or without it train_loss (of a stream prequential_loss)"""
    mode: Mode | None = None
    """whether less or more is better; unset: min for losses and errors, max for the rest"""
    every_steps: Annotated[int, Gt(0)] | None = None
    """updates between two saves of last.npz within an epoch; unset: only at evaluations"""


@dataclass(frozen=True, kw_only=True)
class EarlyStopping:
    """Stop when a metric has not improved for a while (Prechelt 1998)."""

    patience: Annotated[int, Gt(0)] = 5
    """evaluations without improvement to wait for"""
    min_delta: Annotated[float, Ge(0)] = 0.0
    """the least change that counts as an improvement"""
    monitor: str | None = None
    """metric to watch; unset: that of checkpoint.monitor"""
    mode: Mode | None = None
    """whether less or more is better; unset: by the metric"""
