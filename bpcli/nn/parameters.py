"""All parameters of a network in one flat vector, and a view into it for every tensor."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any, Literal

import numpy as np

from bpcli.nn.arrays import Array, zeros

Shapes = Mapping[str, tuple[int, ...]]


class Layout:
    """Where each named tensor lies in a flat vector."""

    def __init__(self, shapes: Shapes, by_column: Collection[str] = ()) -> None:
        """Matrices named in `by_column` lie there column after column, all others row after row."""
        self.shapes, self.by_column = dict(shapes), frozenset(by_column)
        self.size = sum(map(math.prod, shapes.values()))

    def split(self, vector: Array) -> dict[str, Array]:
        """Views by tensor name into any `(size,)` vector of this layout, such as an optimizer slot."""
        views, start = {}, 0
        for name, shape in self.shapes.items():
            stop = start + math.prod(shape)
            part = vector[start:stop]
            views[name] = part.reshape(shape[::-1]).T if name in self.by_column else part.reshape(shape)
            start = stop
        return views

    def index(self, name: str, place: int) -> tuple[int, ...]:
        """The index into the tensor called `name` of what lies at `place` of its part of a vector."""
        order: Literal["F", "C"] = "F" if name in self.by_column else "C"
        return tuple(map(int, np.unravel_index(place, self.shapes[name], order)))

    def __len__(self) -> int:
        return self.size


class Parameters(Layout):
    """`theta (P,)` holds all weights, then all biases; `grad (P,)` has the same layout.

    One vector makes the update, a penalty, a checkpoint and a finiteness check one operation each. The views
    share its memory: write `views["layers.0.W"][...] = W`; binding a name to a new array would leave `theta`.
    """

    def __init__(self, shapes: Shapes, dtype: Any, by_column: Collection[str] = ()) -> None:
        """Lay out `shapes` by name: matrices are weights, vectors are biases and the like. All start at zero."""
        weights = {name: shape for name, shape in shapes.items() if len(shape) > 1}
        others = {name: shape for name, shape in shapes.items() if len(shape) == 1}
        super().__init__(weights | others, by_column)
        self.theta = zeros(self.size, dtype)
        self.grad = zeros(self.size, dtype)
        self.weights = slice(0, Layout(weights).size)
        self.views = self.split(self.theta)
        self.grads = self.split(self.grad)
        self.grad_of_vectors = self.grad[self.weights.stop :]


class Statistics(Layout):
    """State of the layers that no gradient changes: the running averages of batch normalisation, `values (S,)`."""

    def __init__(self, shapes: Shapes, dtype: Any) -> None:
        """Lay out `shapes` by name. All start at zero."""
        super().__init__(shapes)
        self.values = zeros(self.size, dtype)
        self.views = self.split(self.values)
