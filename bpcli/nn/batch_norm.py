"""Batch normalisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Gt, Le

from bpcli.nn.arrays import Array, Buffer


@dataclass(frozen=True, kw_only=True)
class BatchNorm:
    """batch_norm: y = γ (z - μ) / √(σ² + ε) + β, with μ and σ² of each unit over the batch (Ioffe and Szegedy 2015).

    To measure, running averages of μ and σ² take their place: r ← (1 - momentum) r + momentum · r_batch, of the
    unbiased variance (as PyTorch). β takes the place of the bias.
    """

    name: Literal["batch_norm"] = "batch_norm"
    momentum: Annotated[float, Gt(0), Le(1)] = 0.1
    """weight of a new batch in the running averages"""
    epsilon: Annotated[float, Gt(0)] = 1e-5
    """ε, keeps the division from zero"""


class BatchNormLayer:
    """γ, β `(width,)` are parameters; the running mean and variance `(width,)` are state, and no parameters."""

    def __init__(
        self,
        spec: BatchNorm,
        gamma: Array,
        beta: Array,
        dgamma: Array,
        dbeta: Array,
        mean: Array,
        variance: Array,
        *,
        Y: Buffer,
    ) -> None:
        self.spec, self.gamma, self.beta, self.dgamma, self.dbeta = spec, gamma, beta, dgamma, dbeta
        self.mean, self.variance = mean, variance
        self._Y, self._normal = Y, Y.like()

    def forward(self, Z: Array, step: int | None) -> Array:
        """`Z (N, width)` to `Y (N, width)`; with a step, by the batch's own statistics, which it averages."""
        Y = self._Y.rows(len(Z))
        if step is None:
            factor = self.gamma / np.sqrt(self.variance + self.gamma.dtype.type(self.spec.epsilon))
            np.multiply(Z, factor, Y)
            Y += self.beta - self.mean * factor
            return Y
        self.normal = normal = self._normal.rows(len(Z))
        mean = Z.mean(axis=0)
        np.subtract(Z, mean, normal)
        variance = np.einsum("ij,ij->j", normal, normal) / len(Z)
        self._average(mean, variance, len(Z))
        self.inverse = 1 / np.sqrt(variance + variance.dtype.type(self.spec.epsilon))
        normal *= self.inverse
        np.multiply(normal, self.gamma, Y)
        Y += self.beta
        return Y

    def _average(self, mean: Array, variance: Array, count: int) -> None:
        if count < 2:
            return  # one example has no variance
        momentum = self.spec.momentum
        self.mean *= 1 - momentum
        self.mean += momentum * mean
        self.variance *= 1 - momentum
        self.variance += momentum * count / (count - 1) * variance

    def backward(self, dY: Array, *, need_dX: bool) -> Array | None:
        """dz = γ / √(σ² + ε) · (dy - mean(dy) - ẑ mean(dy ẑ)), the means over the batch (eq. in section 3)."""
        np.einsum("ij,ij->j", dY, self.normal, out=self.dgamma)
        np.sum(dY, axis=0, out=self.dbeta)
        dY -= self.dbeta / len(dY)
        self.normal *= self.dgamma / len(dY)
        dY -= self.normal
        dY *= self.gamma * self.inverse
        return dY
