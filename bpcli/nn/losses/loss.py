"""The protocols of losses: alone, and bound to the activation of the last layer."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from bpcli.nn.activations import (
    ELU,
    SELU,
    Activation,
    Exp,
    FrozenActivation,
    Identity,
    Sigmoid,
    Softmax,
    Softplus,
    Softsign,
    Tanh,
    branches,
)
from bpcli.nn.arrays import Array

Reduction = Literal["mean", "sum"]
"""The mean over the examples of a batch of their losses, or the sum: the one that training makes small."""


_RISING = (Identity, Exp, Sigmoid, Tanh, Softsign, Softplus, ELU, SELU, Softmax)
"""Activations whose outputs along a row are in the order of the raw ones, and level off where these do not."""


class OutputLoss(Protocol):
    """A loss bound to an output activation: from the raw outputs to the loss, and back."""

    Y: Array
    """The outputs `f(Z) (N, K)` of the last `forward`."""

    scores: Array
    """After `forward`: `(N, K)`, along a row in the order of the outputs, but without the ties of rounded ones."""

    shares: bool
    """Whether the outputs of an example are shares of 1: only along a row are its scores then in their order."""

    def forward(self, Z: Array, T: Array) -> float:
        """Return the sum over examples of the loss of raw outputs `Z (N, K)` and targets; keep what `backward` needs.

        Targets are class indices `(N,)` or numbers `(N, K)`, as the loss takes them.
        """
        ...

    def backward(self, count: float) -> Array:
        """Return the gradient `dZ (N, K)` of (sum of losses) / `count`, after `forward`."""
        ...

    def branches(self) -> list[Array]:
        """Return, after `forward`, the smooth piece on which each output and error lies; empty for a smooth loss."""
        ...

    def freeze_branches(self) -> OutputLoss:
        """Return this loss with each output and error kept on its piece, after `forward`; for values only."""
        ...


class SmoothOutputLoss:
    """An output loss without corners."""

    shares: bool = False

    def branches(self) -> list[Array]:
        return []

    def freeze_branches(self: Any) -> OutputLoss:
        loss: OutputLoss = self
        return loss


class Comparison(Protocol):
    """A comparison of outputs `Y (N, K)` with targets."""

    def value(self, Y: Array, T: Array) -> float:
        """Return the sum of the losses over the examples."""
        ...

    def gradient(self, Y: Array, T: Array) -> Array:
        """Return `dY (N, K)`, the gradient of that sum."""
        ...

    def branches(self, Y: Array, T: Array) -> Array | None:
        """Return the smooth piece on which each error lies; None for a smooth loss."""
        ...

    def freeze_branches(self, branches: Array) -> Comparison:
        """Return this comparison with each error kept on its piece; for values only."""
        ...


class SmoothComparison:
    """A comparison without corners."""

    def branches(self, Y: Array, T: Array) -> Array | None:
        return None

    def freeze_branches(self, branches: Array) -> Comparison:
        raise NotImplementedError("a smooth loss has no branches")


class Compared:
    """Any comparison with any activation: `L = loss(f(Z), T)`, so that `dZ = f'(Z) dY` by the chain rule."""

    def __init__(self, comparison: Comparison, activation: Activation) -> None:
        self.comparison, self.activation = comparison, activation
        self.shares = isinstance(activation, Softmax)

    def forward(self, Z: Array, T: Array) -> float:
        self.Z, self.T = Z, T
        self.Y = self.activation.forward(Z)
        self.scores = Z if isinstance(self.activation, _RISING) else self.Y
        return self.comparison.value(self.Y, T)

    def backward(self, count: float) -> Array:
        """dZ = f'(Z) dY"""
        dY = self.comparison.gradient(self.Y, self.T) / count
        return self.activation.backward(self.Z, self.Y, dY)

    def branches(self) -> list[Array]:
        outputs = [branches(self.activation, self.Z)] if self.activation.kinks else []
        errors = self.comparison.branches(self.Y, self.T)
        return outputs if errors is None else [*outputs, errors]

    def freeze_branches(self) -> Compared:
        activation, comparison = self.activation, self.comparison
        if activation.kinks:
            activation = FrozenActivation(activation, branches(activation, self.Z))
        errors = comparison.branches(self.Y, self.T)
        if errors is not None:
            comparison = comparison.freeze_branches(errors)
        return Compared(comparison, activation)
