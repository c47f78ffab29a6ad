"""The classic bugs of back-propagation, planted on purpose to see the gradient check catch them.

A planted bug is a copy of the objective with another `backward`; the objective itself stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from bpcli.checks.numerical import STEP
from bpcli.errors import UsageError
from bpcli.nn.activations import Activation, Identity
from bpcli.nn.arrays import Array
from bpcli.nn.layers import ActivationLayer
from bpcli.nn.losses import Compared, OutputLoss, Reduction
from bpcli.nn.network import Network
from bpcli.optim.penalties import Penalties
from bpcli.training.objective import Objective

FaultName = Literal["wrong-sign", "no-average", "no-derivative", "no-penalty", "transposed"]


def plant(fault: FaultName, objective: Objective, X: Array, T: Array) -> Objective:
    """`objective` with the bug `fault` in its `backward`, its parameters shared.

    Raises `UsageError` for a fault there is not, and for one that cannot show: see `hindrance`.
    """
    if reason := hindrance(fault, objective, X, T):
        raise UsageError(f"{fault} cannot show here: {reason}")
    return _planted(fault, objective)


def hindrance(fault: FaultName, objective: Objective, X: Array, T: Array) -> str | None:
    """Why the gradient on `X (N, features)` and its targets is the same with the bug as without, and what to change.

    None if the bug shows. Raises `UsageError` for a fault there is not.
    """
    if fault not in _BUGS:
        raise UsageError(f"there is no fault '{fault}' to inject: write one of {', '.join(get_args(FaultName))}")
    parameters = objective.network.parameters
    if fault == "no-average" and objective.reduction == "sum":
        return "the objective is the sum over the batch, not its mean; set loss.reduction to mean"
    if fault == "no-average" and len(X) == 1:
        return "the mean over a batch of one example is its sum; set data.batch_size to 2 or more"
    if fault == "no-penalty" and not objective.penalties:
        return "there is no penalty to leave out; set regularization.l2"
    if fault == "no-derivative" and all(isinstance(activation, Identity) for activation in _differentiated(objective)):
        return "no layer multiplies by a derivative f'(z); add a hidden layer with activation: tanh"
    if fault == "transposed" and all(1 in parameters.shapes[name] for name in parameters.weight_names):
        return "every weight matrix has a single row or column; add a hidden layer of 2 units or more"
    right, wrong = gradient(objective, X, T), gradient(_planted(fault, objective), X, T)
    rounding = 1e-9 * max(1.0, abs(objective.value(X, T, STEP)))
    if np.allclose(wrong, right, rtol=1e-5, atol=rounding):
        return "at these weights it does not change the gradient; set another seed, model.init or regularization"
    return None


def gradient(objective: Objective, X: Array, T: Array) -> Array:
    """Return dJ/dθ `(P,)` by back-propagation, as a new array."""
    objective.forward(X, T, STEP)
    objective.backward(len(X))
    return objective.network.parameters.grad.copy()


def _planted(fault: FaultName, objective: Objective) -> Objective:
    return _BUGS[fault](objective.network, objective.loss, objective.penalties, objective.reduction)


def _differentiated(objective: Objective) -> list[Activation]:
    """The activations whose derivative back-propagation multiplies by; a fused loss cancels that of the output."""
    output = [objective.loss.activation] if isinstance(objective.loss, Compared) else []
    return [layer.activation for layer in _activations(objective.network).values()] + output


def _activations(network: Network) -> dict[str, ActivationLayer]:
    return {name: layer for name, layer in network.layers.items() if isinstance(layer, ActivationLayer)}


class _WrongSign(Objective):
    """t - y where y - t belongs: training climbs."""

    def backward(self, count: int) -> None:
        parameters = self.network.parameters
        _unpenalized(self).backward(count)
        parameters.grad *= -1
        self.penalties.add_gradient(parameters.theta, parameters.grad)


class _NoAverage(Objective):
    """The gradient of the sum of the losses beside the value of their mean."""

    def backward(self, count: int) -> None:
        super().backward(1)


class _NoPenalty(Objective):
    """The penalty is in the loss but not in the gradient."""

    def backward(self, count: int) -> None:
        _unpenalized(self).backward(count)


class _Transposed(Objective):
    """dW comes out as (out, in), and is read as (in, out)."""

    def backward(self, count: int) -> None:
        parameters = self.network.parameters
        _unpenalized(self).backward(count)
        for name in parameters.weight_names:
            dW = parameters.grads[name]
            dW[...] = dW.T.reshape(dW.shape)
        self.penalties.add_gradient(parameters.theta, parameters.grad)


class _NoDerivative(Objective):
    """dA is passed on as if it were dZ, in every layer."""

    def __init__(self, network: Network, loss: OutputLoss, penalties: Penalties, reduction: Reduction) -> None:
        flat = {name: ActivationLayer(_Flat(layer.activation)) for name, layer in _activations(network).items()}
        if isinstance(loss, Compared):
            loss = Compared(loss.comparison, _Flat(loss.activation))
        super().__init__(network.with_layers(flat), loss, penalties, reduction)


class _Flat:
    """An activation whose derivative is forgotten."""

    def __init__(self, activation: Activation) -> None:
        self.activation, self.kinks = activation, activation.kinks

    def forward(self, Z: Array) -> Array:
        return self.activation.forward(Z)

    def backward(self, Z: Array, A: Array, dA: Array) -> Array:
        return dA

    def piece(self, k: int, Z: Array) -> Array:
        return self.activation.piece(k, Z)


def _unpenalized(objective: Objective) -> Objective:
    return Objective(objective.network, objective.loss, reduction=objective.reduction)


_BUGS: dict[FaultName, Callable[..., Objective]] = {
    "wrong-sign": _WrongSign,
    "no-average": _NoAverage,
    "no-derivative": _NoDerivative,
    "no-penalty": _NoPenalty,
    "transposed": _Transposed,
}
