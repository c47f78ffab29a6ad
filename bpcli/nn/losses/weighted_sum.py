"""Several objectives: a weighted sum of losses, each of its own part of the output and of the targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

import numpy as np
from annotated_types import Gt, MinLen

from bpcli.nn.activations import AnyActivation
from bpcli.nn.arrays import Array
from bpcli.nn.losses import Loss, OutputLoss, Reduction

TargetKind = Literal["index", "binary", "value"]
"""index: a column of class numbers; binary: a column of 0 and 1; value: columns of numbers."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One of several objectives: its share of the outputs, and the target columns these are compared with.

    Its outputs follow those of the parts before it: as many as its target has classes (one with a sigmoid), or as its
    targets have columns.
    """

    name: str
    """in the log and among the metrics, as in validation_<name>_loss"""
    target: str | tuple[str, ...] | None = None
    """target column by its name, or several columns of numbers; unset: the column called as the part"""
    loss: Loss
    """of these outputs alone"""
    activation: AnyActivation | None = None
    """of these outputs; unset: what the loss asks for"""
    weight: Annotated[float, Gt(0)] = 1.0
    """of this part in the sum"""


@dataclass(frozen=True, kw_only=True)
class WeightedSum:
    """weighted_sum: L = Σ_i weight_i · L_i over parts of the output, multi-task learning (Caruana 1997)."""

    name: Literal["weighted_sum"] = "weighted_sum"
    parts: Annotated[tuple[Part, ...], MinLen(2)]
    """the objectives, in the order of the outputs"""
    reduction: Reduction = "mean"
    """what training makes small: the mean over the batch, or the sum"""


@dataclass(frozen=True)
class BoundPart:
    """One of several objectives: its loss, the outputs it reads and the target columns it compares them with."""

    name: str
    loss: OutputLoss
    weight: float
    outputs: slice
    """columns of `Z (N, K)`"""
    columns: tuple[int, ...]
    """columns of `T (N, targets)`"""
    kind: TargetKind

    def targets(self, T: Array) -> Array:
        """Return the part's own targets, class numbers `(N,)` or `(N, columns)`, out of `T (N, targets)`."""
        if self.kind == "index":
            return T[:, self.columns[0]].astype(np.intp)
        return T[:, list(self.columns)]


class WeightedOutputLoss:
    """Several bound losses in one: `L = Σ_i weight_i · L_i` (multi-task learning: Caruana 1997)."""

    shares = False

    def __init__(self, parts: Sequence[BoundPart]) -> None:
        self.parts = tuple(parts)
        self.part_losses: dict[str, float] = {}

    def forward(self, Z: Array, T: Array) -> float:
        """Compute the weighted sum; `part_losses` then holds each part's own sum over the examples, unweighted."""
        for part in self.parts:
            self.part_losses[part.name] = part.loss.forward(Z[:, part.outputs], part.targets(T))
        self.Y = np.concatenate([part.loss.Y for part in self.parts], axis=1)
        # Classes are ranked part by part, by the scores of each.
        self.scores = self.Y
        return sum(part.weight * self.part_losses[part.name] for part in self.parts)

    def backward(self, count: float) -> Array:
        """dL/dZ_i = weight_i · dL_i/dZ_i"""
        return np.concatenate([part.weight * part.loss.backward(count) for part in self.parts], axis=1)

    def branches(self) -> list[Array]:
        return [branches for part in self.parts for branches in part.loss.branches()]

    def freeze_branches(self) -> OutputLoss:
        return WeightedOutputLoss([replace(part, loss=part.loss.freeze_branches()) for part in self.parts])
