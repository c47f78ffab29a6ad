"""All parameters of a network in one flat vector, and a view into it for every tensor."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from bpcli.nn.arrays import Array, zeros


class Parameters:
    """`theta (P,)` holds all weights, then all biases; `grad (P,)` has the same layout.

    One vector makes the update, a penalty, a checkpoint and a finiteness check one operation each. The views
    share its memory: write `views["layers.0.W"][...] = W`; binding a name to a new array would leave `theta`.
    """

    def __init__(self, shapes: Mapping[str, tuple[int, ...]], dtype: Any) -> None:
        """Lay out `shapes` by name: matrices are weights, vectors are biases. All start at zero."""
        weights = {name: shape for name, shape in shapes.items() if len(shape) > 1}
        biases = {name: shape for name, shape in shapes.items() if len(shape) == 1}
        self.shapes = weights | biases
        total = sum(map(math.prod, self.shapes.values()))
        self.theta = zeros(total, dtype)
        self.grad = zeros(total, dtype)
        self.weights = slice(0, sum(map(math.prod, weights.values())))
        self.views = self.split(self.theta)
        self.grads = self.split(self.grad)

    def split(self, vector: Array) -> dict[str, Array]:
        """Views by tensor name into any `(P,)` vector of this layout, such as an optimizer slot."""
        views, start = {}, 0
        for name, shape in self.shapes.items():
            stop = start + math.prod(shape)
            views[name] = vector[start:stop].reshape(shape)
            start = stop
        return views

    def __len__(self) -> int:
        return len(self.theta)
