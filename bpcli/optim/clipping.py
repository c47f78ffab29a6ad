"""Limits: gradient clipping, against exploding gradients, and max-norm, against long weights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt

from bpcli.nn.arrays import Array


@dataclass(frozen=True, kw_only=True)
class Clipping:
    """Gradient clipping: g ← clip(g, -value, value), then g ← g · min(1, norm / ‖g‖₂) (Pascanu et al. 2013).

    g is the gradient of the whole objective, penalties included, by all parameters together.
    """

    value: Annotated[float, Gt(0)] | None = None
    """the largest magnitude of an entry of the gradient; unset: no limit"""
    norm: Annotated[float, Gt(0)] | None = None
    """the greatest length of the gradient of all parameters together; unset: no limit"""

    def apply(self, grad: Array) -> None:
        """Clip `grad (P,)` in place."""
        if self.value is not None:
            np.clip(grad, -self.value, self.value, out=grad)
        if self.norm is not None and (length := global_norm(grad)) > self.norm:
            grad *= self.norm / length


def global_norm(grad: Array) -> float:
    """Compute ‖g‖₂ of `grad (P,)`, without overflow on the way to it."""
    squared = float(np.dot(grad, grad))
    if math.isfinite(squared):
        return math.sqrt(squared)
    largest = float(np.abs(grad).max())
    return largest * math.sqrt(float(np.square(grad / largest, dtype=np.float64).sum()))


@dataclass(frozen=True)
class MaxNorm:
    """A limit on a unit's incoming weights w: where ‖w‖₂ > c, they become c w / ‖w‖₂ (Srebro et al. 2005).

    Srivastava et al. 2014, section 5.1, pair it with dropout.
    """

    limits: tuple[tuple[Array, float], ...] = ()
    """weights of a layer, whose last axis is its units, and their limit c"""

    def apply(self) -> None:
        """Shorten the weights that are too long, in place, after an update."""
        for W, limit in self.limits:
            norms = np.sqrt(np.square(W).sum(axis=tuple(range(W.ndim - 1))))
            W *= limit / np.maximum(norms, limit)
