"""The classic bugs of back-propagation, planted on purpose to see the gradient check catch them.

A planted bug is a copy of the objective with another `backward`; the objective itself stays as it is.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from bpcli.errors import UsageError
from bpcli.nn.activations import ACTIVATIONS, Activation
from bpcli.nn.arrays import Array
from bpcli.nn.losses import Head, SquaredErrorHead
from bpcli.nn.network import Network
from bpcli.optim.penalties import Penalty
from bpcli.training.objective import Objective

FaultName = Literal["wrong-sign", "no-average", "no-derivative", "no-penalty", "transposed"]


def plant(fault: FaultName, objective: Objective, X: Array, T: Array) -> Objective:
    """`objective` with the bug `fault` in its `backward`, its parameters shared.

    Raises `UsageError` for a fault there is not, and for one that this network cannot show on the batch
    `X (N, features)` and its targets, since its gradient is the same with the bug and without.
    """
    if fault not in _PLANTS:
        raise UsageError(f"there is no fault '{fault}' to inject: write one of {', '.join(get_args(FaultName))}")
    if reason := _hindrance(fault, objective, X):
        raise UsageError(f"{fault} cannot show here: {reason}")
    planted = _PLANTS[fault](objective.network, objective.head, objective.penalty)
    if np.allclose(gradient(planted, X, T), gradient(objective, X, T), rtol=1e-5, atol=1e-8):
        raise UsageError(f"{fault} cannot show here: at these weights the gradient is the same; change seed or model.init")
    return planted


def gradient(objective: Objective, X: Array, T: Array) -> Array:
    """dJ/dθ `(P,)` by back-propagation, as a new array."""
    objective.forward(X, T)
    objective.backward(len(X))
    return objective.network.parameters.grad.copy()


def _hindrance(fault: str, objective: Objective, X: Array) -> str | None:
    """Why the bug cannot show, and what to change; None if nothing is in its way."""
    penalty, layers = objective.penalty, objective.network.layers
    if fault == "no-average" and len(X) == 1:
        return "the mean over a batch of one example is its sum; set data.batch_size to 2 or more"
    if fault == "no-penalty" and not (penalty.l1 or penalty.l2):
        return "there is no penalty to leave out; set regularization.l2"
    if fault == "no-derivative" and all(f is _IDENTITY for f in _activations(objective)):
        return "no layer multiplies by f'(z); add a hidden layer with activation: tanh"
    if fault == "transposed" and all(1 in layer.W.shape for layer in layers):
        return "every weight matrix has a single row or column; add a hidden layer of 2 units or more"
    return None


_IDENTITY = ACTIVATIONS["identity"]


def _activations(objective: Objective) -> list[Activation]:
    """Those whose derivative back-propagation multiplies with; cross-entropy has it cancelled by its own."""
    output = [objective.head.activation] if isinstance(objective.head, SquaredErrorHead) else []
    return [layer.activation for layer in objective.network.layers] + output


class _WrongSign(Objective):
    """t - y where y - t belongs: training climbs."""

    def backward(self, count: int) -> None:
        super().backward(-count)


class _NoAverage(Objective):
    """The gradient of the sum of the losses beside the value of their mean."""

    def backward(self, count: int) -> None:
        super().backward(1)


class _NoPenalty(Objective):
    """The penalty is in the loss but not in the gradient."""

    def backward(self, count: int) -> None:
        Objective(self.network, self.head, Penalty()).backward(count)


class _Transposed(Objective):
    """dW comes out as (out, in), and is read as (in, out)."""

    def backward(self, count: int) -> None:
        Objective(self.network, self.head, Penalty()).backward(count)
        for layer in self.network.layers:
            layer.dW[...] = layer.dW.T.reshape(layer.dW.shape)
        parameters = self.network.parameters
        self.penalty.add_gradient(parameters.theta[parameters.weights], parameters.grad[parameters.weights])


class _NoDerivative(Objective):
    """dA is passed on as if it were dZ, in every layer."""

    def __init__(self, network: Network, head: Head, penalty: Penalty) -> None:
        network = copy.copy(network)
        network.layers = [copy.copy(layer) for layer in network.layers]
        for layer in network.layers:
            layer.activation = _without_derivative(layer.activation)
        if isinstance(head, SquaredErrorHead):
            head = copy.copy(head)
            head.activation = _without_derivative(head.activation)
        super().__init__(network, head, penalty)


def _without_derivative(activation: Activation) -> Activation:
    return activation._replace(backward=_IDENTITY.backward)


_PLANTS: dict[FaultName, Callable[[Network, Head, Penalty], Objective]] = {
    "wrong-sign": _WrongSign,
    "no-average": _NoAverage,
    "no-derivative": _NoDerivative,
    "no-penalty": _NoPenalty,
    "transposed": _Transposed,
}
