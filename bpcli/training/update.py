"""From a gradient to the next weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bpcli.nn.network import Network
from bpcli.nn.parameters import Parameters
from bpcli.optim.averaging import MovingAverage
from bpcli.optim.clipping import Clipping
from bpcli.optim.max_norm import MaxNorm
from bpcli.optim.optimizers import AnyOptimizer
from bpcli.training.state import State


@dataclass(frozen=True)
class Update:
    """Clip the gradient, take the optimizer's step, keep the weights within their limits, average them."""

    optimizer: AnyOptimizer
    clipping: Clipping = Clipping()
    max_norm: MaxNorm = MaxNorm()
    average: MovingAverage | None = None

    def start(self, network: Network) -> State:
        """The state before the first update."""
        parameters = network.parameters
        slots = self.optimizer.init(parameters.theta)
        if self.accumulates(network):
            parameters.grad[...] = 0
            return State(dict.fromkeys(slots, parameters.grad), accumulates=True)
        return State(slots, parameters.theta.copy() if self.average else None)

    def accumulates(self, network: Network) -> bool:
        """Whether each gradient is added to the last: where that is quicker, and nothing needs one by itself."""
        rate = self.optimizer.learning_rate
        is_a_sum = bool(self.optimizer.carry(rate, rate)) and not self.clipping.is_active and self.average is None
        return is_a_sum and network.can_accumulate

    def carry(self, state: State, learning_rate: float) -> float:
        """The share of `parameters.grad` that is to stay under the next gradient."""
        return self.optimizer.carry(state.counters.learning_rate, learning_rate) if state.accumulates else 0.0

    def apply(
        self, state: State, parameters: Parameters, *, learning_rate: float, revalue: Callable[[], float]
    ) -> None:
        """Change the parameters and the state in place by `parameters.grad`, which is overwritten if it is no slot.

        The gradient comes times `optimizer.scale(learning_rate)`. `revalue()` evaluates the objective and its gradient
        anew, at the parameters as they are then.
        """
        step, last_rate = state.counters.step, state.counters.learning_rate
        if learning_rate != last_rate and not state.accumulates:
            self.optimizer.change_rate(state.slots, last_rate, learning_rate)
        if self.clipping.is_active:
            self.clipping.apply(parameters.grad, self.optimizer.scale(learning_rate))
        self.optimizer.update(state.slots, parameters, learning_rate=learning_rate, step=step, revalue=revalue)
        if self.max_norm.limits:
            self.max_norm.apply()
        if self.average and state.average is not None:
            self.average.update(state.average, parameters.theta, parameters.grad, step=step)
