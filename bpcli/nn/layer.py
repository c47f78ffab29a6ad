"""What a layer is: a forward pass, and its backward pass."""

from __future__ import annotations

from typing import Protocol

from bpcli.nn.arrays import Array


class Layer(Protocol):
    """What both return is overwritten by their next call. Parameters and their gradients are views of the network's."""

    def forward(self, X: Array, step: int | None) -> Array:
        """`X (N, in)` to `(N, out)`, keeping what `backward` needs; it may overwrite what the layer before it gave.

        `step` is the number of the update that the pass is for, by which masks and noise are drawn; None: to measure.
        """
        ...

    def backward(self, dA: Array, *, need_dX: bool) -> Array | None:
        """After `forward` with a step: `dA (N, out)`, which it may overwrite, to `dX (N, in)`, None if not needed."""
        ...
