"""Derivatives from values alone, along a line through the parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from bpcli.nn.arrays import Array
from bpcli.training.objective import Objective

STEP = 0
"""The update whose masks and noise the networks are checked with: the same ones at every evaluation."""


@dataclass(frozen=True)
class Line:
    """θ + t d, where `d` is 1 at one entry of θ, or a `(P,)` vector over all of it."""

    where: int | slice
    direction: float | Array

    def slope(self, grad: Array) -> float:
        """The derivative along the line that the gradient `grad (P,)` states: grad · d."""
        return float(np.dot(grad[self.where], self.direction))


def derivative(objective: Objective, X: Array, T: Array, line: Line, h: float) -> float:
    """dJ/dt at t = 0 on the batch `X (N, features)` with its targets, by the five-point central difference.

    [8 (J(h) - J(-h)) - (J(2h) - J(-2h))] / 12h, which is off by h⁴ J⁽⁵⁾/30 for cutting the Taylor series short
    and by up to 1.5 ε|J|/h for rounding, ε = 2.2e-16 (Abramowitz and Stegun 1964, 25.3.6).
    """
    with moving(objective, line) as move:

        def value(t: float) -> float:
            move(t)
            return objective.value(X, T, STEP)

        outer, inner = value(2 * h) - value(-2 * h), value(h) - value(-h)
    return (8 * inner - outer) / (12 * h)


@contextmanager
def moving(objective: Objective, line: Line) -> Iterator[Callable[[float], None]]:
    """A function that moves θ to t on the line; θ comes back bit for bit at the end of the block."""
    theta = objective.network.parameters.theta
    start = theta[line.where].copy()

    def move(t: float) -> None:
        theta[line.where] = start + t * line.direction

    try:
        yield move
    finally:
        theta[line.where] = start
