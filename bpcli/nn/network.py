"""A feed-forward network: layers in a row, their parameters in one vector."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

from bpcli.nn.activation_layer import ActivationLayer
from bpcli.nn.activations import AnyActivation, Identity
from bpcli.nn.arrays import NARROW, Array, Buffer, is_wide
from bpcli.nn.batch_norm import BatchNorm, BatchNormLayer
from bpcli.nn.dense import Dense, DenseLayer
from bpcli.nn.dropout import DropoutLayer
from bpcli.nn.gemm import find_gemm
from bpcli.nn.initializers import Zeros, default_initializer
from bpcli.nn.layer import Layer
from bpcli.nn.layer_norm import LayerNormLayer
from bpcli.nn.noise import NoiseLayer
from bpcli.nn.normalization import Normalization
from bpcli.nn.parameters import Parameters, Shapes, Statistics
from bpcli.nn.randomness import generator

ACCUMULATE_FROM = 20_000
"""Parameters from which a gradient that is added to the last one is quicker than one that an optimizer adds."""


class Network:
    """The layers, from input to raw output. The last activation belongs to the loss, which fuses the two."""

    def __init__(
        self,
        specs: Sequence[Dense],
        *,
        features: int,
        dtype: Any,
        seed: int,
        capacity: int,
        input_noise: float = 0.0,
        input_dropout: float = 0.0,
    ) -> None:
        """Build and initialise the layers of `specs` for inputs `(N, features)` with N at most `capacity`."""
        self.widths = (features, *(spec.units for spec in specs))
        self.capacity, self.dtype, self.seed = capacity, dtype, seed
        by_column = {f"layers.{i}.W" for i, n in enumerate(self.widths[1:-1]) if n <= NARROW or is_wide(n)}
        self.parameters = Parameters(parameter_shapes(specs, self.widths), dtype, by_column)
        self.statistics = Statistics(_statistic_shapes(specs), dtype)
        layers: dict[str, Layer] = {}
        if input_noise:
            layers["input.noise"] = NoiseLayer(input_noise, self._buffer(0), seed=seed)
        if input_dropout:
            layers["input.dropout"] = DropoutLayer(input_dropout, self._buffer(0), seed=seed, place=0)
        for i, spec in enumerate(specs):
            layers |= dict(self._layers(i, spec, is_last=i == len(specs) - 1))
        self.layers: Mapping[str, Layer] = layers
        """by name, in order: layers.0, layers.0.normalization, layers.0.activation, layers.0.dropout, layers.1, ..."""
        self._line_up()

    def forward(self, X: Array, step: int | None = None) -> Array:
        """`X (N, features)` to the raw outputs `Z (N, K)` of the last layer, valid until the next call.

        `step` is the number of the update that the pass is for; without one the network is as it is when measured.
        """
        for layer in self._forwards:
            X = layer.forward(X, step)
        return X

    def backward(self, dZ: Array) -> None:
        """`dZ (N, K)`, which it overwrites, to the gradient of every parameter, in `parameters.grad`.

        Goes back to the first layer that has parameters, whose own input needs no gradient.
        """
        dA: Array | None = dZ
        for layer in self._backwards:
            assert dA is not None
            dA = layer.backward(dA, need_dX=layer is not self._first)

    @cached_property
    def can_accumulate(self) -> bool:
        """Whether `accumulate` is possible here, and worth it."""
        return len(self.parameters) >= ACCUMULATE_FROM and find_gemm(self.parameters.grad.dtype) is not None

    def accumulate(self, dZ: Array, carry: float) -> None:
        """As `backward`, but `parameters.grad` becomes `carry` times what it was plus the gradient: nobody clears it.

        The dense layers add to what their weight matrices have there, which saves two passes over memory; the rest,
        all of it vectors, is added here.
        """
        vectors = self.parameters.grad_of_vectors
        carried = carry * vectors
        try:
            for layer in self.dense:
                layer.carry = carry
            self.backward(dZ)
        finally:
            for layer in self.dense:
                layer.carry = 0.0
        vectors += carried

    def outputs(self, X: Array, step: int | None = None) -> Iterator[tuple[str, Array]]:
        """The output of each layer by name, one after the other, as `forward` computes them."""
        for name, layer in self.layers.items():
            X = layer.forward(X, step)
            yield name, X

    def with_layers(self, layers: Mapping[str, Layer]) -> Network:
        """A network of the same parameters with some layers replaced, by name."""
        other = copy.copy(self)
        other.layers = {**self.layers, **layers}
        other._line_up()
        return other

    def _line_up(self) -> None:
        """The order in which `forward` and `backward` call the layers, so that they need not look for it."""
        self._forwards, self._first = tuple(self.layers.values()), self.layers["layers.0"]
        self._backwards = tuple(reversed(self._forwards[self._forwards.index(self._first) :]))
        self.dense = tuple(layer for layer in self._forwards if isinstance(layer, DenseLayer))
        """the fully connected layers"""

    def _layers(self, i: int, spec: Dense, *, is_last: bool) -> Iterator[tuple[str, Layer]]:
        """The layers that one of a config stands for: affine map, normalisation, activation, dropout."""
        name = f"layers.{i}"
        buffer = self._buffer(i + 1)
        yield name, self._dense(i, spec, buffer)
        if spec.normalization is not None:
            yield f"{name}.normalization", self._normalization(name, spec.normalization, buffer.like())
        activation = _activation(spec)
        if not is_last and not isinstance(activation, Identity):
            yield f"{name}.activation", ActivationLayer(activation, buffer.like())
        if spec.dropout:
            yield f"{name}.dropout", DropoutLayer(spec.dropout, buffer.like(), seed=self.seed, place=i + 1)

    def _buffer(self, place: int) -> Buffer:
        """For the inputs, at place 0, or the outputs of a layer, at the places after it."""
        sizes = self.capacity, self.widths[place], self.dtype
        if place == 0:
            return Buffer(*sizes)
        return Buffer.of_hidden(*sizes) if place < len(self.widths) - 1 else Buffer.of_outputs(*sizes)

    def _dense(self, i: int, spec: Dense, Z: Buffer) -> DenseLayer:
        W, dW = self._pair(f"layers.{i}.W")
        fan_in, fan_out = W.shape
        initializer = spec.init or default_initializer(_activation(spec))
        W[...] = initializer.draw(generator(self.seed, "init", i), W.shape, fan_in=fan_in, fan_out=fan_out)
        dX = self._buffer(i)
        if not _has_bias(spec):
            return DenseLayer(W, dW, None, None, dX=dX, Z=Z)
        b, db = self._pair(f"layers.{i}.b")
        start = spec.bias_init or Zeros()
        b[...] = start.draw(generator(self.seed, "init", i, 1), b.shape, fan_in=fan_in, fan_out=fan_out)
        return DenseLayer(W, dW, b, db, dX=dX, Z=Z)

    def _normalization(self, name: str, spec: Normalization, Y: Buffer) -> Layer:
        gamma, dgamma = self._pair(f"{name}.gamma")
        beta, dbeta = self._pair(f"{name}.beta")
        gamma[...] = 1
        if not isinstance(spec, BatchNorm):
            return LayerNormLayer(spec, gamma, beta, dgamma, dbeta, Y=Y)
        mean, variance = (self.statistics.views[f"{name}.{key}"] for key in ("running_mean", "running_variance"))
        variance[...] = 1
        return BatchNormLayer(spec, gamma, beta, dgamma, dbeta, mean, variance, Y=Y)

    def _pair(self, name: str) -> tuple[Array, Array]:
        """The views of a parameter and of its gradient."""
        return self.parameters.views[name], self.parameters.grads[name]


def parameter_shapes(specs: Sequence[Dense], widths: Sequence[int]) -> Shapes:
    """The shapes of the parameters by name, of layers whose widths, the input first, are `widths`."""
    shapes: dict[str, tuple[int, ...]] = {}
    for i, (spec, (fan_in, fan_out)) in enumerate(zip(specs, pairwise(widths), strict=True)):
        shapes[f"layers.{i}.W"] = (fan_in, fan_out)
        if _has_bias(spec):
            shapes[f"layers.{i}.b"] = (fan_out,)
        if spec.normalization is not None:
            shapes |= {f"layers.{i}.gamma": (fan_out,), f"layers.{i}.beta": (fan_out,)}
    return shapes


def _statistic_shapes(specs: Sequence[Dense]) -> Shapes:
    return {
        f"layers.{i}.{key}": (spec.units,)
        for i, spec in enumerate(specs)
        if isinstance(spec.normalization, BatchNorm)
        for key in ("running_mean", "running_variance")
    }


def _has_bias(spec: Dense) -> bool:
    """Batch normalisation takes the mean away again, and any bias with it; its β does the bias's work."""
    return not isinstance(spec.normalization, BatchNorm)


def _activation(spec: Dense) -> AnyActivation:
    assert spec.activation is not None, "a resolved layer states its activation"
    return spec.activation
