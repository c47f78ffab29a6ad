"""Layer normalisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Gt

from bpcli.nn.arrays import Array, Buffer


@dataclass(frozen=True, kw_only=True)
class LayerNorm:
    """layer_norm: y = γ (z - μ) / √(σ² + ε) + β, with μ and σ² of each example over its units (Ba et al. 2016)."""

    name: Literal["layer_norm"] = "layer_norm"
    epsilon: Annotated[float, Gt(0)] = 1e-5
    """ε, keeps the division from zero"""


class LayerNormLayer:
    """γ, β `(width,)` are parameters."""

    def __init__(self, spec: LayerNorm, gamma: Array, beta: Array, dgamma: Array, dbeta: Array, *, Y: Buffer) -> None:
        self.spec, self.gamma, self.beta, self.dgamma, self.dbeta = spec, gamma, beta, dgamma, dbeta
        self._Y, self._normal = Y, Y.like()

    def forward(self, Z: Array, step: int | None) -> Array:
        """`Z (N, width)` to `Y (N, width)`, the same with a step and without."""
        Y = self._Y.rows(len(Z))
        self.normal = normal = self._normal.rows(len(Z))
        np.subtract(Z, Z.mean(axis=1, keepdims=True), normal)
        variance = np.einsum("ij,ij->i", normal, normal)[:, np.newaxis] / Z.shape[1]
        self.inverse = 1 / np.sqrt(variance + variance.dtype.type(self.spec.epsilon))
        normal *= self.inverse
        np.multiply(normal, self.gamma, Y)
        Y += self.beta
        return Y

    def backward(self, dY: Array, *, need_dX: bool) -> Array | None:
        """dz = 1 / √(σ² + ε) · (g - mean(g) - ẑ mean(g ẑ)) with g = γ dy, the means over the units of an example."""
        np.einsum("ij,ij->j", dY, self.normal, out=self.dgamma)
        np.sum(dY, axis=0, out=self.dbeta)
        dY *= self.gamma
        along = np.einsum("ij,ij->i", dY, self.normal)[:, np.newaxis] / dY.shape[1]
        dY -= dY.mean(axis=1, keepdims=True)
        self.normal *= along
        dY -= self.normal
        dY *= self.inverse
        return dY
