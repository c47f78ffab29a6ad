"""The head of a loss that is computed from the outputs, beside any output activation."""

from __future__ import annotations

import copy
from typing import Protocol

import numpy as np

from bpcli.nn.activations import ELU, SELU, Activation, Exp, Identity, Sigmoid, Softmax, Softplus, Softsign, Tanh
from bpcli.nn.arrays import Array, Buffer
from bpcli.nn.held import Held

_RISING = (Identity, Exp, Sigmoid, Tanh, Softsign, Softplus, ELU, SELU, Softmax)
"""Activations whose outputs along a row are in the order of the raw ones, and level off where these do not."""


class Comparison(Protocol):
    """Compares outputs `Y (N, K)` with targets."""

    @property
    def factor(self) -> float:
        """dL/dY is `factor` times what `compare` leaves in `dY`, so that it is multiplied in once, with 1/N."""
        ...

    def compare(self, Y: Array, T: Array, dY: Array) -> float:
        """The sum of the losses; fills `dY (N, K)`."""
        ...

    def sides(self, Y: Array, T: Array) -> Array | None:
        """On which smooth piece each error is; None for a smooth loss."""
        ...

    def hold(self, sides: Array) -> Comparison:
        """This comparison with each error kept on its side."""
        ...


class SmoothComparison:
    """A loss without corners."""

    def sides(self, Y: Array, T: Array) -> Array | None:
        return None

    def hold(self, sides: Array) -> Comparison:
        raise NotImplementedError("a smooth loss has no sides")


class GeneralHead:
    """L = loss(f(Z), T), and dL/dZ = f'(Z) dL/dY."""

    hits: int | None = None

    def __init__(self, activation: Activation, comparison: Comparison, buffer: Buffer) -> None:
        self.activation, self.comparison = activation, comparison
        self.shares = isinstance(activation, Softmax)
        self._rises = isinstance(activation, _RISING)
        self._Y, self._dY = buffer, buffer.like()

    def forward(self, Z: Array, T: Array) -> float:
        self.Z, self.T = Z, T
        self.Y, self.dY = self._Y.rows(len(Z)), self._dY.rows(len(Z))
        self.scores = Z if self._rises else self.Y
        self.activation.forward(Z, self.Y)
        return self.comparison.compare(self.Y, T, self.dY)

    def backward(self, count: float) -> Array:
        self.dY *= self.comparison.factor / count
        self.activation.backward(self.Z, self.Y, self.dY)
        return self.dY

    def sides(self) -> list[Array]:
        kinks, errors = self.activation.kinks, self.comparison.sides(self.Y, self.T)
        outputs = [np.searchsorted(kinks, self.Z, side="left")] if kinks else []
        return outputs if errors is None else [*outputs, errors]

    def hold(self) -> GeneralHead:
        held = copy.copy(self)
        if self.activation.kinks:
            held.activation = Held(self.activation, np.searchsorted(self.activation.kinks, self.Z, side="left"))
        errors = self.comparison.sides(self.Y, self.T)
        if errors is not None:
            held.comparison = self.comparison.hold(errors)
        return held
