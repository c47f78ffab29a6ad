"""Corners of the loss: where a relu's input or a weight under L1 changes sign, J has no derivative to compare with."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np

from bpcli.checks.numerical import Line, moving
from bpcli.nn.activations import Activation
from bpcli.nn.arrays import Array
from bpcli.nn.losses import SquaredErrorHead
from bpcli.optim.penalties import Penalty
from bpcli.training.objective import Objective


def crosses_kink(objective: Objective, X: Array, T: Array, line: Line, h: float) -> bool:
    """Does a unit, or a weight under L1, change side within the five points of the stencil of step `h`?"""
    sides = []
    with moving(objective, line) as move:
        for k in (-2, -1, 0, 1, 2):
            move(k * h)
            objective.forward(X, T)
            sides.append(_sides(objective))
    return any(not np.array_equal(side, sides[0]) for side in sides)


def hold_sides(objective: Objective, X: Array, T: Array) -> Objective:
    """`objective` with every unit and every sign kept on the side of its kink where it stands on this batch now.

    Here it has the same value and the same gradient, and no corners. At a corner itself its gradient is the one
    that back-propagation promises: relu'(0) = 0 and sign(0) = 0. It is for values only, on this batch only.
    """
    objective.forward(X, T)
    network, head = copy.copy(objective.network), objective.head
    network.layers = [copy.copy(layer) for layer in network.layers]
    for layer in network.layers:
        layer.activation = _held(layer.activation, layer.A)
    if isinstance(head, SquaredErrorHead):
        head = copy.copy(head)
        head.activation = _held(head.activation, head.Y)
    signs = np.sign(network.parameters.theta[network.parameters.weights])
    return Objective(network, head, _HeldPenalty(l2=objective.penalty.l2, l1=objective.penalty.l1, signs=signs))


@dataclass(frozen=True, kw_only=True)
class _HeldPenalty(Penalty):
    """(λ₂/2) Σ w² + λ₁ Σ s w, where `signs` holds the s of every weight."""

    signs: Array

    def value(self, weights: Array) -> float:
        return Penalty(l2=self.l2).value(weights) + self.l1 * float(np.dot(self.signs, weights))


def _held(activation: Activation, A: Array) -> Activation:
    """The linear function that `activation` is around the outputs `A (N, out)`, if it has a kink."""
    if not activation.has_kink:
        return activation
    on = A > 0

    def forward(Z: Array) -> None:
        Z *= on

    return activation._replace(forward=forward, has_kink=False)


def _sides(objective: Objective) -> Array:
    """On which side of every kink the last `forward` went, as one vector."""
    network, head = objective.network, objective.head
    sides = [(layer.A > 0).ravel() for layer in network.layers if layer.activation.has_kink]
    if isinstance(head, SquaredErrorHead) and head.activation.has_kink:
        sides.append((head.Y > 0).ravel())
    if objective.penalty.l1:
        sides.append(np.sign(network.parameters.theta[network.parameters.weights]))
    return np.concatenate(sides) if sides else np.empty(0)
