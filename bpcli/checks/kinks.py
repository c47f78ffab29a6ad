"""Corners of the loss: where a piecewise function changes its piece, or a weight under L1 its sign, J has no smooth
derivative to compare with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpcli.checks.numerical import STEP, Line, moving
from bpcli.nn.activations import FrozenActivation, branches
from bpcli.nn.arrays import Array
from bpcli.nn.layers import ActivationLayer, Layer
from bpcli.optim.penalties import Penalties, Penalty
from bpcli.training.objective import Objective


def crosses_kink(objective: Objective, X: Array, T: Array, line: Line, h: float) -> bool:
    """Does a unit, or a weight under L1, change side within the five points of the stencil of step `h`?"""
    sides = []
    with moving(objective, line) as move:
        for k in (-2, -1, 0, 1, 2):
            move(k * h)
            sides.append(_branches(objective, X, T))
    return any(not np.array_equal(side, sides[0]) for side in sides)


def freeze_branches(objective: Objective, X: Array, T: Array) -> Objective:
    """`objective` with every unit and every sign kept on the side of its kink where it stands on this batch now.

    Here it has the same value and the same gradient, and no corners. At a corner itself its gradient is the one
    that back-propagation promises: relu'(0) = 0 and sign(0) = 0. It is for values only, on this batch only.
    """
    frozen: dict[str, Layer] = {
        name: ActivationLayer(FrozenActivation(layer.activation, sides))
        for name, layer, sides in _activation_branches(objective, X, T)
    }
    theta = objective.network.parameters.theta
    return Objective(
        network=objective.network.with_layers(frozen),
        loss=objective.loss.freeze_branches(),
        penalties=Penalties(
            tuple((where, _FrozenPenalty.of(penalty, theta[where])) for where, penalty in objective.penalties.parts)
        ),
        reduction=objective.reduction,
    )


@dataclass(frozen=True, kw_only=True)
class _FrozenPenalty(Penalty):
    """(λ₂/2) Σ w² + λ₁ Σ s w, where `signs` holds the s of every weight."""

    signs: Array

    @classmethod
    def of(cls, penalty: Penalty, weights: Array) -> _FrozenPenalty:
        return cls(l2=penalty.l2, l1=penalty.l1, signs=np.sign(weights))

    def value(self, weights: Array) -> float:
        return Penalty(l2=self.l2).value(weights) + self.l1 * float(np.dot(self.signs, weights))


def _activation_branches(objective: Objective, X: Array, T: Array) -> list[tuple[str, ActivationLayer, Array]]:
    """Name, layer and sides `(N, out)` of each hidden activation with kinks; `forward` of it all, on the way."""
    found = []
    for name, layer in objective.network.layers.items():
        if isinstance(layer, ActivationLayer) and layer.activation.kinks:
            found.append((name, layer, branches(layer.activation, X)))
        X = layer.forward(X, STEP)
    objective.loss.forward(X, T)
    return found


def _branches(objective: Objective, X: Array, T: Array) -> Array:
    """On which side of every kink a `forward` goes, as one vector."""
    sides = [side for *_, side in _activation_branches(objective, X, T)]
    sides += objective.loss.branches()
    theta = objective.network.parameters.theta
    sides += [np.sign(theta[where]) for where, penalty in objective.penalties.parts if penalty.l1]
    return np.concatenate([side.ravel() for side in sides]) if sides else np.empty(0)
