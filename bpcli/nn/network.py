"""A feed-forward network: layers in a row, their parameters in one vector."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bpcli.nn.arrays import Array
from bpcli.nn.layers import DropoutLayer, Layer, LayerSpec, NoiseLayer, Tensors
from bpcli.nn.parameters import Parameters, Shapes, Statistics


class Network:
    """Layers in a row, from input to raw output. The last activation belongs to the loss, which fuses the two."""

    def __init__(
        self,
        specs: Sequence[LayerSpec],
        *,
        features: int,
        dtype: Any,
        seed: int,
        input_noise: float = 0.0,
        input_dropout: float = 0.0,
    ) -> None:
        """Build and initialise the layers of `specs` for inputs `(N, features)`."""
        self.widths = (features, *(spec.units for spec in specs))
        self.parameters = Parameters(parameter_shapes(specs, self.widths), dtype)
        self.statistics = Statistics(_statistic_shapes(specs), dtype)
        layers: dict[str, Layer] = {}
        if input_noise:
            layers["input.noise"] = NoiseLayer(input_noise, seed=seed)
        if input_dropout:
            layers["input.dropout"] = DropoutLayer(input_dropout, seed=seed, place=0)
        for i, spec in enumerate(specs):
            parts = spec.build(self._tensors(i), seed=seed, place=i, is_last=i == len(specs) - 1)
            layers |= {f"layers.{i}{end}": layer for end, layer in parts}
        self.layers = layers
        """by name, in order: layers.0, layers.0.normalization, layers.0.activation, layers.0.dropout, layers.1, ..."""

    def forward(self, X: Array, step: int | None = None) -> Array:
        """Compute the raw outputs `Z (N, K)` of the last layer for `X (N, features)`.

        `step` is the number of the update that the pass is for; without one the network is as it is when measured.
        """
        for layer in self.layers.values():
            X = layer.forward(X, step)
        return X

    def backward(self, dZ: Array) -> None:
        """Compute the gradient of every parameter, in `parameters.grad`, from `dZ (N, K)`.

        Goes back to the first layer that has parameters, whose own input needs no gradient.
        """
        first = self.layers["layers.0"]
        dA: Array | None = dZ
        for layer in reversed(self.layers.values()):
            assert dA is not None
            dA = layer.backward(dA, need_dX=layer is not first)
            if layer is first:
                return

    def outputs(self, X: Array, step: int | None = None) -> Iterator[tuple[str, Array]]:
        """Yield the output of each layer by name, one after the other, as `forward` computes them."""
        for name, layer in self.layers.items():
            X = layer.forward(X, step)
            yield name, X

    def with_layers(self, layers: Mapping[str, Layer]) -> Network:
        """Return a network of the same parameters with some layers replaced, by name."""
        other = copy.copy(self)
        other.layers = {**self.layers, **layers}
        return other

    def _tensors(self, i: int) -> Tensors:
        """Return the arrays of layer `i` under their short names."""
        views = self.parameters.views, self.parameters.grads, self.statistics.views
        return Tensors(*(_within(arrays, f"layers.{i}.") for arrays in views))


def parameter_shapes(specs: Sequence[LayerSpec], widths: Sequence[int]) -> Shapes:
    """Return the shapes of the parameters of all layers by name; `widths` begin with that of the input."""
    return {
        f"layers.{i}.{name}": shape
        for i, spec in enumerate(specs)
        for name, shape in spec.parameter_shapes(widths[i]).items()
    }


def _statistic_shapes(specs: Sequence[LayerSpec]) -> Shapes:
    """Return the shapes of the statistics of all layers by name."""
    return {
        f"layers.{i}.{name}": shape for i, spec in enumerate(specs) for name, shape in spec.statistic_shapes().items()
    }


def _within(arrays: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    """Return the arrays whose names begin with `prefix`, without it."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
