"""The layers of a network, each with its backward pass directly below its forward pass."""

from __future__ import annotations

from bpcli.nn.layers.dense import Dense, DenseLayer
from bpcli.nn.layers.layer import ActivationLayer, Layer, LayerSpec, Tensors
from bpcli.nn.layers.noise import DropoutLayer, NoiseLayer
from bpcli.nn.layers.normalization import BatchNorm, BatchNormLayer, LayerNorm, LayerNormLayer, Normalization

__all__ = [
    "ActivationLayer",
    "BatchNorm",
    "BatchNormLayer",
    "Dense",
    "DenseLayer",
    "DropoutLayer",
    "Layer",
    "LayerNorm",
    "LayerNormLayer",
    "LayerSpec",
    "NoiseLayer",
    "Normalization",
    "Tensors",
]
