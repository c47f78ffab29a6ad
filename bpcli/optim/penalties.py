"""Penalties on the size of the weights, added to the loss. Biases are never penalised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge

from bpcli.nn.arrays import Array


@dataclass(frozen=True, kw_only=True)
class Penalty:
    """A penalty R(w) = (λ₂/2) Σ w² + λ₁ Σ |w|, with gradient λ₂ w + λ₁ sign(w), where sign(0) = 0.

    L2 is Hoerl and Kennard 1970 (weight decay: Krogh and Hertz 1992), L1 Tibshirani 1996.
    """

    l2: Annotated[float, Ge(0)] = 0.0
    """λ₂, adds (λ₂/2) Σ w² to the loss"""
    l1: Annotated[float, Ge(0)] = 0.0
    """λ₁, adds λ₁ Σ |w| to the loss"""

    def value(self, weights: Array) -> float:
        """Compute R of some weights, of any shape."""
        l2 = self.l2 / 2 * float(np.vdot(weights, weights)) if self.l2 else 0.0
        return l2 + (self.l1 * float(np.abs(weights).sum()) if self.l1 else 0.0)

    def gradient(self, weights: Array) -> Array:
        """dR/dw = λ₂ w + λ₁ sign(w)"""
        if not self.l1:
            return self.l2 * weights
        return self.l2 * weights + self.l1 * np.sign(weights)


@dataclass(frozen=True)
class Penalties:
    """A sum of penalties, each on its own stretch of the parameters."""

    parts: tuple[tuple[slice, Penalty], ...] = ()
    """places in `theta (P,)`, each with its penalty"""

    def __bool__(self) -> bool:
        return bool(self.parts)

    def value(self, theta: Array) -> float:
        """Compute R of all parameters `(P,)`."""
        return sum(penalty.value(theta[where]) for where, penalty in self.parts)

    def add_gradient(self, theta: Array, grad: Array) -> None:
        """Add dR/dθ to `grad (P,)`."""
        for where, penalty in self.parts:
            grad[where] += penalty.gradient(theta[where])


def penalties(stretches: Sequence[tuple[slice, Penalty]]) -> Penalties:
    """Join the penalties of stretches that follow one another; neighbours with an equal penalty become one stretch."""
    parts: list[tuple[slice, Penalty]] = []
    for where, penalty in stretches:
        if not penalty.l1 and not penalty.l2:
            continue
        if parts and parts[-1][1] == penalty and parts[-1][0].stop == where.start:
            where = slice(parts.pop()[0].start, where.stop)
        parts.append((where, penalty))
    return Penalties(tuple(parts))
