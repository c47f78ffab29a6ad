"""The protocol of layers, a forward pass and its backward pass, and of layers as a config states them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from bpcli.nn.activations import Activation
from bpcli.nn.arrays import Array


class Layer(Protocol):
    """One step of a network. Parameters and their gradients are views into the vectors of the network."""

    def forward(self, X: Array, step: int | None) -> Array:
        """Compute the outputs `(N, out)` for `X (N, in)`, and keep what `backward` needs.

        `step` is the number of the update that the pass is for: masks and noise are drawn by it. None: to measure.
        """
        ...

    def backward(self, dA: Array, *, need_dX: bool) -> Array | None:
        """Compute `dX (N, in)` from `dA (N, out)`, and fill the gradients of the layer's parameters.

        Called after `forward` with a step. `dA` is not changed. Returns None where `dX` is not needed.
        """
        ...


@dataclass(frozen=True)
class Tensors:
    """The arrays of one layer of a config, each a view into a vector of the network, by its short name."""

    parameters: Mapping[str, Array]
    """such as W `(in, out)` and b `(out,)`"""
    gradients: Mapping[str, Array]
    """the gradient of each parameter, under the same name"""
    statistics: Mapping[str, Array]
    """arrays that no gradient changes, such as running averages"""


class LayerSpec(Protocol):
    """A layer as a config states it: what it needs, and how it is built."""

    @property
    def units(self) -> int:
        """Return the number of outputs of the layer."""
        ...

    def parameter_shapes(self, fan_in: int) -> dict[str, tuple[int, ...]]:
        """Return the shape of each parameter. A shape of two or more axes marks a weight, whose last axis is units."""
        ...

    def statistic_shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of each array that no gradient changes."""
        ...

    def build(self, tensors: Tensors, *, seed: int, place: int, is_last: bool) -> Iterator[tuple[str, Layer]]:
        """Draw the parameters, and yield the layers by the end of their name: '', '.activation', ...

        `place` is the layer's number. The activation of the last layer is left to the loss.
        """
        ...


class ActivationLayer:
    """An activation between two layers: `A = f(Z)`."""

    def __init__(self, activation: Activation) -> None:
        self.activation = activation

    def forward(self, Z: Array, step: int | None) -> Array:
        self.Z = Z
        self.A = self.activation.forward(Z)
        return self.A

    def backward(self, dA: Array, *, need_dX: bool) -> Array | None:
        """dZ = f'(Z) dA"""
        return self.activation.backward(self.Z, self.A, dA)
