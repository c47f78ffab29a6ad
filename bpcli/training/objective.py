"""What training makes small, and its gradient: the network, the loss and the penalty together."""

from __future__ import annotations

from dataclasses import dataclass

from bpcli.nn.arrays import Array
from bpcli.nn.losses import Head
from bpcli.nn.network import Network
from bpcli.optim.penalties import Penalty


@dataclass(frozen=True)
class Objective:
    """J(θ) = (1/N) Σ_n loss(z_n, t_n) + R(weights)

    The training loop and the gradient check both go through `forward` and `backward`, so what is proved is
    what is used.
    """

    network: Network
    head: Head
    penalty: Penalty

    def forward(self, X: Array, T: Array) -> float:
        """`X (N, features)` and its targets to the *sum* of the losses of the examples, without the penalty."""
        return self.head.forward(self.network.forward(X), T)

    def backward(self, count: int) -> None:
        """After `forward`: fill `network.parameters.grad` with dJ/dθ, for a mean over `count` examples."""
        parameters = self.network.parameters
        self.network.backward(self.head.backward(count))
        self.penalty.add_gradient(parameters.theta[parameters.weights], parameters.grad[parameters.weights])

    def value(self, X: Array, T: Array) -> float:
        """J on one batch, penalty included."""
        parameters = self.network.parameters
        return self.forward(X, T) / len(X) + self.penalty.value(parameters.theta[parameters.weights])
