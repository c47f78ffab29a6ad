"""All parameters of a network in one flat vector, and a view into it for every tensor."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from bpcli.nn.arrays import Array, zeros

Shapes = Mapping[str, tuple[int, ...]]


class Layout:
    """The place of each named tensor in a flat vector."""

    def __init__(self, shapes: Shapes) -> None:
        """Lay out `shapes` by name, one after the other."""
        self.shapes = dict(shapes)
        self.places: dict[str, slice] = {}
        """the part of the vector that each tensor takes, by name"""
        start = 0
        for name, shape in self.shapes.items():
            self.places[name] = slice(start, start := start + math.prod(shape))
        self.size = start

    def split(self, vector: Array) -> dict[str, Array]:
        """Return a view by tensor name into any `(size,)` vector of this layout, such as an optimizer slot."""
        return {name: vector[place].reshape(self.shapes[name]) for name, place in self.places.items()}

    def index(self, name: str, place: int) -> tuple[int, ...]:
        """Return where entry number `place` of the part of the tensor called `name` stands in that tensor."""
        return tuple(map(int, np.unravel_index(place, self.shapes[name])))

    def __len__(self) -> int:
        return self.size


class Parameters(Layout):
    """All parameters and their gradient: `theta (P,)` and `grad (P,)`, in each first all weights, then all biases.

    One vector makes the update, a penalty, a checkpoint and a finiteness check one operation each. The views
    share its memory: write `views["layers.0.W"][...] = W`; binding a name to a new array would leave `theta`.
    """

    def __init__(self, shapes: Shapes, dtype: Any) -> None:
        """Lay out `shapes` by name: matrices are weights, vectors are biases and the like. All start at zero."""
        weights = {name: shape for name, shape in shapes.items() if len(shape) > 1}
        others = {name: shape for name, shape in shapes.items() if len(shape) == 1}
        super().__init__(weights | others)
        self.theta = zeros(self.size, dtype)
        self.grad = zeros(self.size, dtype)
        self.weight_names = tuple(weights)
        self.weights = slice(0, Layout(weights).size)
        """the part of the vectors that penalties act on"""
        self.views = self.split(self.theta)
        self.grads = self.split(self.grad)

    def weights_of(self, layer: str) -> tuple[str, ...]:
        """Return the names of the weights of one layer, such as layers.0."""
        return tuple(name for name in self.weight_names if name.rpartition(".")[0] == layer)


class Statistics(Layout):
    """State of the layers that no gradient changes: `values (S,)`, the running averages of batch normalisation."""

    def __init__(self, shapes: Shapes, dtype: Any) -> None:
        """Lay out `shapes` by name. All start at zero."""
        super().__init__(shapes)
        self.values = zeros(self.size, dtype)
        self.views = self.split(self.values)
