"""Derivatives from values alone, along a line through the parameters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from bpcli.nn.arrays import Array
from bpcli.nn.losses import SquaredErrorHead
from bpcli.training.objective import Objective

_STENCIL = (-2, -1, 0, 1, 2)


@dataclass(frozen=True)
class Line:
    """θ + t d, where `d` is 1 at one entry of θ, or a `(P,)` vector over all of it."""

    where: int | slice
    direction: float | Array

    def slope(self, grad: Array) -> float:
        """The derivative along the line that the gradient `grad (P,)` states: grad · d."""
        return float(np.dot(grad[self.where], self.direction))


class Probe:
    """J on one batch as a function of where θ stands on a line; θ comes back bit for bit."""

    def __init__(self, objective: Objective, X: Array, T: Array) -> None:
        """`X (N, features)` and its targets `T`."""
        self.objective, self.X, self.T = objective, X, T

    def derivative(self, line: Line, h: float) -> float:
        """dJ/dt at t = 0, by the five-point central difference.

        [8 (J(h) - J(-h)) - (J(2h) - J(-2h))] / 12h, which is off by h⁴ J⁽⁵⁾/30 for cutting the Taylor series short
        and by up to 1.5 ε|J|/h for rounding, ε = 2.2e-16 (Abramowitz and Stegun 1964, 25.3.6).
        """
        with self._moving(line) as value:
            outer, inner = value(2 * h) - value(-2 * h), value(h) - value(-h)
        return (8 * inner - outer) / (12 * h)

    def crosses_kink(self, line: Line, h: float) -> bool:
        """Does a piecewise-linear unit, or the sign of a weight under L1, change side within the five points?"""
        sides = []
        with self._moving(line) as value:
            for k in _STENCIL:
                value(k * h)
                sides.append(self._sides())
        return any(not np.array_equal(side, sides[0]) for side in sides)

    @contextmanager
    def _moving(self, line: Line) -> Iterator[Any]:
        """J as a function of t, inside the block."""
        theta = self.objective.network.parameters.theta
        start = theta[line.where].copy()

        def value(t: float) -> float:
            theta[line.where] = start + t * line.direction
            return self.objective.value(self.X, self.T)

        try:
            yield value
        finally:
            theta[line.where] = start

    def _sides(self) -> Array:
        """On which side of every kink the last value was computed, as one vector."""
        network, head, penalty = self.objective.network, self.objective.head, self.objective.penalty
        sides = [np.sign(layer.A).ravel() for layer in network.layers if layer.activation.has_kink]
        if isinstance(head, SquaredErrorHead) and head.activation.has_kink:
            sides.append(np.sign(head.Y).ravel())
        if penalty.l1:
            parameters = network.parameters
            sides.append(np.sign(parameters.theta[parameters.weights]))
        return np.concatenate(sides) if sides else np.empty(0)
