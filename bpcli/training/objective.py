"""What training makes small, and its gradient: the network, the loss and the penalty together."""

from __future__ import annotations

from dataclasses import dataclass

from bpcli.nn.arrays import Array
from bpcli.nn.losses import Head, Reduction
from bpcli.nn.network import Network
from bpcli.optim.penalties import Penalties


@dataclass(frozen=True)
class Objective:
    """J(θ) = (1/N) Σ_n loss(z_n, t_n) + R(weights); with reduction "sum" without the 1/N.

    The training loop and the gradient check both go through `forward` and `backward`, so what is proved is
    what is used.
    """

    network: Network
    head: Head
    penalties: Penalties = Penalties()
    reduction: Reduction = "mean"

    def forward(self, X: Array, T: Array, step: int | None = None) -> float:
        """`X (N, features)` and its targets to the *sum* of the losses of the examples, without the penalty.

        `step` is the number of the update that this is for; without one the network is as it is when measured.
        """
        return self.head.forward(self.network.forward(X, step), T)

    def backward(self, count: int, scale: float = 1.0, carry: float = 0.0) -> None:
        """After `forward`: fill `network.parameters.grad` with `scale` dJ/dθ, for a batch of `count` examples.

        With `carry`, where the network `can_accumulate`, that share of what was there is kept under it.
        """
        parameters = self.network.parameters
        dZ = self.head.backward((count if self.reduction == "mean" else 1) / scale)
        if carry:
            self.network.accumulate(dZ, carry)
        else:
            self.network.backward(dZ)
        if self.penalties.parts:
            self.penalties.add_gradient(parameters.theta, parameters.grad, scale)

    def value(self, X: Array, T: Array, step: int | None = None) -> float:
        """J on one batch, penalty included."""
        losses = self.forward(X, T, step)
        mean = losses / len(X) if self.reduction == "mean" else losses
        return mean + self.penalties.value(self.network.parameters.theta)

    def revalue(self, X: Array, T: Array, step: int) -> float:
        """J on one batch, and its gradient anew."""
        value = self.value(X, T, step)
        self.backward(len(X))
        return value
