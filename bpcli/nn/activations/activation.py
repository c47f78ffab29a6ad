"""What an activation function is."""

from __future__ import annotations

from typing import ClassVar, Protocol

from bpcli.nn.arrays import Array


class Activation(Protocol):
    @property
    def keeps_Z(self) -> bool:
        """Whether `backward` reads the raw inputs, so that `forward` must not overwrite them."""
        ...

    @property
    def kinks(self) -> tuple[float, ...]:
        """Raw inputs, rising, at which f' or f'' jumps; empty for a smooth function."""
        ...

    def forward(self, Z: Array, A: Array) -> None: ...

    def backward(self, Z: Array, A: Array, dA: Array) -> None: ...

    def piece(self, k: int, Z: Array) -> Array:
        """The smooth function that f is between two kinks, continued everywhere, as a new array of the shape of `Z`.

        Piece `k` lies above `k` of the kinks; each kink belongs to the piece below it.
        """
        ...


class Smooth:
    """f' is smooth, and unless said otherwise a function of the output."""

    keeps_Z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = ()

    def piece(self, k: int, Z: Array) -> Array:
        raise NotImplementedError("a smooth function has no pieces")
