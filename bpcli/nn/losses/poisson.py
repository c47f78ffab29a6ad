"""The Poisson loss, for counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from bpcli.nn.activations import Activation, Exp
from bpcli.nn.arrays import Array, Buffer
from bpcli.nn.losses.general import GeneralHead, SmoothComparison
from bpcli.nn.losses.head import Head, Reduction, SmoothHead


@dataclass(frozen=True, kw_only=True)
class Poisson:
    """poisson: λ - t ln λ with the outputs as rates λ, mean over examples and outputs (Nelder and Wedderburn 1972).

    The negative log-likelihood without ln t!, which does not depend on the network. With exponential outputs it is
    computed from the raw outputs, as e^z - t z, so the delta at the output is (λ - t) / (N K).
    """

    name: Literal["poisson"] = "poisson"
    reduction: Reduction = "mean"
    """what training makes small: the mean over the examples of a batch, or the sum; logs show the mean"""

    def head(
        self, activation: Activation, *, capacity: int, width: int, dtype: Any, class_weights: Array | None = None
    ) -> Head:
        buffer = Buffer.of_outputs(capacity, width, dtype)
        if isinstance(activation, Exp):
            return PoissonHead(buffer)
        return GeneralHead(activation, _Rates(1 / width), buffer)


class PoissonHead(SmoothHead):
    """Targets are counts `(N, K)`; the outputs are e^Z."""

    def __init__(self, buffer: Buffer) -> None:
        self._Y = buffer

    def forward(self, Z: Array, T: Array) -> float:
        """Σ (e^z - t z) / K"""
        self.Y, self.scores, self.T = self._Y.rows(len(Z)), Z, T
        Exp().forward(Z, self.Y)
        return float((self.Y.sum() - np.vdot(T, Z)) / Z.shape[1])

    def backward(self, count: float) -> Array:
        """(λ - t) / (count K)"""
        self.Y -= self.T
        self.Y *= 1 / (count * self.Y.shape[1])
        return self.Y


class _Rates(SmoothComparison):
    """factor · Σ (λ - t ln λ), with derivative factor · (1 - t / λ)."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def compare(self, Y: Array, T: Array, dY: Array) -> float:
        rates = np.maximum(Y, math.sqrt(np.finfo(Y.dtype).tiny))  # so that no quotient overflows
        np.divide(T, rates, dY)
        np.subtract(1, dY, dY)
        return self.factor * float(rates.sum() - np.vdot(T, np.log(rates)))
