"""Several objectives: a weighted sum of losses, each of its own part of the output and of the targets."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from annotated_types import Gt, MinLen

from bpcli.nn.activations import AnyActivation
from bpcli.nn.arrays import Array, Buffer
from bpcli.nn.losses import Head, Loss, Reduction

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
class PartHead:
    """One of several objectives: a head, the outputs it reads and the target columns it compares them with."""

    name: str
    head: Head
    weight: float
    outputs: slice
    """columns of `Z (N, K)`"""
    columns: tuple[int, ...]
    """of `T (N, targets)`"""
    kind: TargetKind

    def targets(self, T: Array) -> Array:
        """The part's own targets, `(N,)` class numbers or `(N, columns)`, out of `T (N, targets)`."""
        if self.kind == "index":
            return T[:, self.columns[0]].astype(np.intp)
        return T[:, list(self.columns)]


class WeightedSumHead:
    """L = Σ_i weight_i · L_i, so that dL/dZ of part i is weight_i · dL_i/dZ_i (multi-task learning: Caruana 1997)."""

    shares = False
    hits: int | None = None

    def __init__(self, parts: Sequence[PartHead], *, capacity: int, width: int, dtype: Any) -> None:
        """`width` is the number of outputs of all parts together."""
        self.parts = tuple(parts)
        self.part_losses: dict[str, float] = {}
        self._Y = Buffer.of_outputs(capacity, width, dtype)
        self._dZ = self._Y.like()

    def forward(self, Z: Array, T: Array) -> float:
        """The weighted sum; `part_losses` then holds the sum over examples of each part's own loss, unweighted."""
        self.scores = self.Y = self._Y.rows(len(Z))  # those to rank by are the parts' own
        total = 0.0
        for part in self.parts:
            loss = part.head.forward(Z[:, part.outputs], part.targets(T))
            self.Y[:, part.outputs] = part.head.Y
            self.part_losses[part.name] = loss
            total += part.weight * loss
        return total

    def backward(self, count: float) -> Array:
        dZ = self._dZ.rows(len(self.Y))
        for part in self.parts:
            np.multiply(part.head.backward(count), part.weight, dZ[:, part.outputs])
        return dZ

    def sides(self) -> list[Array]:
        return [sides for part in self.parts for sides in part.head.sides()]

    def hold(self) -> Head:
        held = copy.copy(self)
        held.parts = tuple(PartHead(**{**vars(part), "head": part.head.hold()}) for part in self.parts)
        return held
