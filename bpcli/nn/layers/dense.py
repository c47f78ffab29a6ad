"""The fully connected layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt, Lt

from bpcli.nn.activations import AnyActivation, Identity
from bpcli.nn.arrays import Array
from bpcli.nn.initializers import Initializer, Zeros, default_initializer
from bpcli.nn.layers.layer import ActivationLayer, Layer, Tensors
from bpcli.nn.layers.noise import DropoutLayer
from bpcli.nn.layers.normalization import BatchNorm, Normalization
from bpcli.nn.randomness import generator


class DenseLayer:
    """A fully connected layer: `Z = X W + b`.

    X (N, in)   W (in, out)   b (out,)   Z (N, out); each gradient has the shape of what it belongs to.
    """

    def __init__(self, W: Array, b: Array | None, dW: Array, db: Array | None) -> None:
        self.W, self.b, self.dW, self.db = W, b, dW, db

    def forward(self, X: Array, step: int | None) -> Array:
        self.X = X
        Z: Array = X.dot(self.W)
        if self.b is not None:
            Z += self.b
        return Z

    def backward(self, dZ: Array, *, need_dX: bool) -> Array | None:
        """dW = Xᵀ dZ, db = Σ_n dZ, dX = dZ Wᵀ"""
        self.X.T.dot(dZ, out=self.dW)
        if self.db is not None:
            dZ.sum(axis=0, out=self.db)
        return dZ.dot(self.W.T) if need_dX else None


@dataclass(frozen=True, kw_only=True)
class Dense:
    """A fully connected layer, as a config states it: A = dropout(f(normalization(X W + b)))."""

    units: Annotated[int, Gt(0)]
    """outputs of the layer"""
    activation: AnyActivation | None = None
    """f; unset: `model.activation`, and `model.output` for the last layer"""
    init: Initializer | None = None
    """how W starts; unset: `model.init`, else by the activation"""
    bias_init: Initializer | None = None
    """how b starts; unset: `model.bias_init`"""
    normalization: Normalization | None = None
    """of X W + b, before f; unset: `model.normalization`, and none for the last layer"""
    dropout: Annotated[float, Ge(0), Lt(1)] | None = None
    """share of the outputs left out at random in training; unset: `model.dropout`, and 0 for the last layer"""
    l2: Annotated[float, Ge(0)] | None = None
    """λ₂ of this layer's weights; unset: `regularization.l2`"""
    l1: Annotated[float, Ge(0)] | None = None
    """λ₁ of this layer's weights; unset: `regularization.l1`"""
    max_norm: Annotated[float, Gt(0)] | None = None
    """the longest that a unit's incoming weights may be; unset: `regularization.max_norm`"""

    def parameter_shapes(self, fan_in: int) -> dict[str, tuple[int, ...]]:
        shapes: dict[str, tuple[int, ...]] = {"W": (fan_in, self.units)}
        # Batch normalisation subtracts the mean and any bias with it; its beta takes the place of the bias.
        if not isinstance(self.normalization, BatchNorm):
            shapes["b"] = (self.units,)
        if self.normalization is not None:
            shapes |= self.normalization.parameter_shapes(self.units)
        return shapes

    def statistic_shapes(self) -> dict[str, tuple[int, ...]]:
        return {} if self.normalization is None else self.normalization.statistic_shapes(self.units)

    def build(self, tensors: Tensors, *, seed: int, place: int, is_last: bool) -> Iterator[tuple[str, Layer]]:
        self._draw(tensors.parameters, seed=seed, place=place)
        W, b = tensors.parameters["W"], tensors.parameters.get("b")
        yield "", DenseLayer(W, b, tensors.gradients["W"], tensors.gradients.get("b"))
        if self.normalization is not None:
            yield ".normalization", self.normalization.build(tensors)
        if not is_last and self.activation is not None and not isinstance(self.activation, Identity):
            yield ".activation", ActivationLayer(self.activation)
        if self.dropout:
            yield ".dropout", DropoutLayer(self.dropout, seed=seed, place=place + 1)

    def _draw(self, parameters: Mapping[str, Array], *, seed: int, place: int) -> None:
        """Draw the weights and biases of layer number `place`."""
        W, b = parameters["W"], parameters.get("b")
        fan_in, fan_out = W.shape
        assert self.activation is not None, "a resolved layer states its activation"
        init = self.init or default_initializer(self.activation)
        W[...] = init.draw(generator(seed, "init", place), W.shape, fan_in=fan_in, fan_out=fan_out)
        if b is not None:
            bias_init = self.bias_init or Zeros()
            b[...] = bias_init.draw(generator(seed, "init", place, 1), b.shape, fan_in=fan_in, fan_out=fan_out)
