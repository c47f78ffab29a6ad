"""The objective that training makes small, and its gradient: network, loss and penalty together."""

from __future__ import annotations

from dataclasses import dataclass

from bpcli.nn.arrays import Array
from bpcli.nn.losses import OutputLoss, Reduction
from bpcli.nn.network import Network
from bpcli.optim.penalties import Penalties


@dataclass(frozen=True)
class Objective:
    """The objective J(θ) = (1/N) Σ_n loss(z_n, t_n) + R(weights); with reduction "sum" without the 1/N.

    The training loop and the gradient check both go through `forward` and `backward`: the code that is checked is the
    code that trains.
    """

    network: Network
    loss: OutputLoss
    penalties: Penalties = Penalties()
    reduction: Reduction = "mean"

    def forward(self, X: Array, T: Array, step: int | None = None) -> float:
        """Return the *sum* of the losses of the examples `X (N, features)` with their targets, without the penalty.

        `step` is the number of the update that this is for; without one the network is as it is when measured.
        """
        return self.loss.forward(self.network.forward(X, step), T)

    def backward(self, count: int) -> None:
        """Fill `network.parameters.grad` with dJ/dθ for a batch of `count` examples, after `forward`."""
        parameters = self.network.parameters
        self.network.backward(self.loss.backward(count if self.reduction == "mean" else 1))
        self.penalties.add_gradient(parameters.theta, parameters.grad)

    def value(self, X: Array, T: Array, step: int | None = None) -> float:
        """Return J on one batch, penalty included."""
        losses = self.forward(X, T, step)
        mean = losses / len(X) if self.reduction == "mean" else losses
        return mean + self.penalties.value(self.network.parameters.theta)

    def reevaluate(self, X: Array, T: Array, step: int) -> float:
        """Return J on one batch, and fill its gradient again."""
        value = self.value(X, T, step)
        self.backward(len(X))
        return value
