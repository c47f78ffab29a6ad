"""Normalisation of a layer's raw outputs: over the batch, or over the units of each example."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Gt, Le

from bpcli.nn.arrays import Array
from bpcli.nn.layers.layer import Layer, Tensors


class BatchNormLayer:
    """Batch normalisation: `Y = γ Ẑ + β`, `Ẑ = (Z - μ) / √(σ² + ε)`, with μ and σ² of each unit over the batch.

    Z, Ẑ, Y (N, width)   γ, β, μ, σ² (width,)
    """

    def __init__(self, spec: BatchNorm, tensors: Tensors) -> None:
        self.spec = spec
        self.gamma, self.beta = tensors.parameters["gamma"], tensors.parameters["beta"]
        self.dgamma, self.dbeta = tensors.gradients["gamma"], tensors.gradients["beta"]
        self.mean, self.variance = tensors.statistics["running_mean"], tensors.statistics["running_variance"]

    def forward(self, Z: Array, step: int | None) -> Array:
        """Normalise by the batch's own mean and variance, which are averaged; without a step, by these averages."""
        if step is None:
            return self.gamma * (Z - self.mean) / np.sqrt(self.variance + self.spec.epsilon) + self.beta
        mean, variance = Z.mean(axis=0), Z.var(axis=0)
        self._average(mean, variance, len(Z))
        self.deviation = np.sqrt(variance + self.spec.epsilon)
        self.normal = (Z - mean) / self.deviation
        return self.gamma * self.normal + self.beta

    def backward(self, dY: Array, *, need_dX: bool) -> Array | None:
        """dγ = Σ_n dY Ẑ, dβ = Σ_n dY, dZ = γ / √(σ² + ε) · (dY - mean(dY) - Ẑ mean(dY Ẑ)), the means over the batch.

        Ioffe and Szegedy 2015, the equations of section 3.
        """
        self.dgamma[...] = (dY * self.normal).sum(axis=0)
        self.dbeta[...] = dY.sum(axis=0)
        N = len(dY)
        return self.gamma / self.deviation * (dY - self.dbeta / N - self.normal * self.dgamma / N)

    def _average(self, mean: Array, variance: Array, N: int) -> None:
        """Move the running averages: r ← (1 - momentum) r + momentum · r_batch, for the unbiased variance."""
        # One example has no variance.
        if N < 2:
            return
        momentum = self.spec.momentum
        self.mean[...] = (1 - momentum) * self.mean + momentum * mean
        self.variance[...] = (1 - momentum) * self.variance + momentum * N / (N - 1) * variance


class LayerNormLayer:
    """Layer normalisation: `Y = γ Ẑ + β`, `Ẑ = (Z - μ) / √(σ² + ε)`, with μ and σ² of each example over its units.

    Z, Ẑ, Y (N, width)   γ, β (width,)   μ, σ² (N, 1)
    """

    def __init__(self, spec: LayerNorm, tensors: Tensors) -> None:
        self.spec = spec
        self.gamma, self.beta = tensors.parameters["gamma"], tensors.parameters["beta"]
        self.dgamma, self.dbeta = tensors.gradients["gamma"], tensors.gradients["beta"]

    def forward(self, Z: Array, step: int | None) -> Array:
        """Normalise each example, with a step and without."""
        mean, variance = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        self.deviation = np.sqrt(variance + self.spec.epsilon)
        self.normal = (Z - mean) / self.deviation
        return self.gamma * self.normal + self.beta

    def backward(self, dY: Array, *, need_dX: bool) -> Array | None:
        """dZ = (g - mean(g) - Ẑ mean(g Ẑ)) / √(σ² + ε) with g = γ dY, the means over the units of an example."""
        self.dgamma[...] = (dY * self.normal).sum(axis=0)
        self.dbeta[...] = dY.sum(axis=0)
        g = self.gamma * dY
        mean, along = g.mean(axis=1, keepdims=True), (g * self.normal).mean(axis=1, keepdims=True)
        return (g - mean - self.normal * along) / self.deviation


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

    def parameter_shapes(self, width: int) -> dict[str, tuple[int, ...]]:
        return {"gamma": (width,), "beta": (width,)}

    def statistic_shapes(self, width: int) -> dict[str, tuple[int, ...]]:
        return {"running_mean": (width,), "running_variance": (width,)}

    def build(self, tensors: Tensors) -> Layer:
        tensors.parameters["gamma"][...] = 1
        tensors.statistics["running_variance"][...] = 1
        return BatchNormLayer(self, tensors)


@dataclass(frozen=True, kw_only=True)
class LayerNorm:
    """layer_norm: y = γ (z - μ) / √(σ² + ε) + β, with μ and σ² of each example over its units (Ba et al. 2016)."""

    name: Literal["layer_norm"] = "layer_norm"
    epsilon: Annotated[float, Gt(0)] = 1e-5
    """ε, keeps the division from zero"""

    def parameter_shapes(self, width: int) -> dict[str, tuple[int, ...]]:
        return {"gamma": (width,), "beta": (width,)}

    def statistic_shapes(self, width: int) -> dict[str, tuple[int, ...]]:
        return {}

    def build(self, tensors: Tensors) -> Layer:
        tensors.parameters["gamma"][...] = 1
        return LayerNormLayer(self, tensors)


Normalization = BatchNorm | LayerNorm
"""Discriminated by `name`."""
