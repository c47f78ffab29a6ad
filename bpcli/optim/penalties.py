"""Penalties on the size of the weights, added to the mean loss. Biases are never penalised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge

from bpcli.nn.arrays import Array


@dataclass(frozen=True, kw_only=True)
class Penalty:
    """R(w) = (λ₂/2) Σ w² + λ₁ Σ |w|, with gradient λ₂ w + λ₁ sign(w), where sign(0) = 0.

    L2 is Hoerl and Kennard 1970 (weight decay: Krogh and Hertz 1992), L1 Tibshirani 1996.
    """

    l2: Annotated[float, Ge(0)] = 0.0
    """λ₂, adds (λ₂/2) Σ w² to the mean loss"""
    l1: Annotated[float, Ge(0)] = 0.0
    """λ₁, adds λ₁ Σ |w| to the mean loss"""

    def value(self, weights: Array) -> float:
        """R of the weights `(number of weights,)`."""
        l2 = self.l2 / 2 * float(np.vdot(weights, weights)) if self.l2 else 0.0
        return l2 + (self.l1 * float(np.abs(weights).sum()) if self.l1 else 0.0)

    def add_gradient(self, weights: Array, grad: Array) -> None:
        """Add dR/dw to `grad`, of the shape of `weights`."""
        if self.l2:
            grad += self.l2 * weights
        if self.l1:
            grad += self.l1 * np.sign(weights)
