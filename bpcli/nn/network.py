"""A feed-forward network: layers in a row, their parameters in one vector."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from bpcli.nn.activations import ActivationName
from bpcli.nn.arrays import Array
from bpcli.nn.dense import Dense, DenseLayer
from bpcli.nn.initializers import default_initializer
from bpcli.nn.parameters import Parameters
from bpcli.nn.randomness import generator


class Network:
    """The layers, from input to raw output. The last activation belongs to the loss, which fuses the two."""

    def __init__(self, specs: Sequence[Dense], *, features: int, dtype: Any, seed: int, capacity: int) -> None:
        """Build and initialise the layers of `specs` for inputs `(N, features)` with N at most `capacity`."""
        self.widths = (features, *(spec.units for spec in specs))
        shapes: dict[str, tuple[int, ...]] = {}
        for i, (fan_in, fan_out) in enumerate(pairwise(self.widths)):
            shapes |= {f"layers.{i}.W": (fan_in, fan_out), f"layers.{i}.b": (fan_out,)}
        self.parameters = Parameters(shapes, dtype)
        self.layers: list[DenseLayer] = []
        for i, spec in enumerate(specs):
            activation = _activation(spec) if i < len(specs) - 1 else "identity"
            W, dW = (views[f"layers.{i}.W"] for views in (self.parameters.views, self.parameters.grads))
            b, db = (views[f"layers.{i}.b"] for views in (self.parameters.views, self.parameters.grads))
            initializer = spec.init or default_initializer(_activation(spec))
            W[...] = initializer.draw(generator(seed, "init", i), *W.shape)
            self.layers.append(DenseLayer(W, b, dW, db, activation=activation, capacity=capacity))
        self.capacity = capacity

    def forward(self, X: Array) -> Array:
        """`X (N, features)` to the raw outputs `Z (N, K)` of the last layer, valid until the next call."""
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def backward(self, dZ: Array) -> None:
        """`dZ (N, K)`, which it overwrites, to the gradient of every parameter, in `parameters.grad`."""
        dA: Array | None = dZ
        for i in range(len(self.layers) - 1, -1, -1):
            assert dA is not None
            dA = self.layers[i].backward(dA, need_dX=i > 0)


def _activation(spec: Dense) -> ActivationName:
    assert spec.activation is not None, "a resolved layer states its activation"
    return spec.activation
