"""What a loss is once it is bound to an output activation: a head."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from bpcli.nn.arrays import Array

Reduction = Literal["mean", "sum"]
"""What training makes small: the mean over the examples of a batch of their losses, or the sum."""


class Head(Protocol):
    Y: Array
    """The outputs `f(Z) (N, K)` of the last `forward`, until `backward` or the next `forward`."""

    scores: Array
    """After `forward`: `(N, K)`, along a row in the order of the outputs, but without the ties of rounded ones."""

    shares: bool
    """Whether the outputs of an example are shares of 1: only along a row are its scores then in their order."""

    hits: int | None
    """Of the last `forward`: how many classes have the greatest output; None where it did not come across that."""

    def forward(self, Z: Array, T: Array) -> float:
        """Raw outputs `Z (N, K)` and targets to the sum over examples of the loss; keeps what `backward` needs."""
        ...

    def backward(self, count: float) -> Array:
        """The gradient with respect to `Z (N, K)` of (sum of losses) / `count`. Call once after `forward`."""
        ...

    def sides(self) -> list[Array]:
        """After `forward`: on which smooth piece each output and each error is; empty for a smooth loss."""
        ...

    def hold(self) -> Head:
        """After `forward`: this head with each on the side where it is now, whatever comes; for values only."""
        ...


class SmoothHead:
    """A head without corners."""

    shares: bool = False
    hits: int | None = None

    def sides(self) -> list[Array]:
        return []

    def hold(self: Any) -> Head:
        head: Head = self
        return head
