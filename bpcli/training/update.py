"""From a gradient to the next weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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

    def start(self, parameters: Parameters) -> State:
        """The state before the first update."""
        average = parameters.theta.copy() if self.average else None
        return State(self.optimizer.init(parameters.theta), average)

    def apply(
        self, state: State, parameters: Parameters, *, learning_rate: float, revalue: Callable[[], float]
    ) -> None:
        """Change the parameters and the state in place by `parameters.grad`, which is overwritten.

        The gradient comes times `optimizer.scale(learning_rate)`. `revalue()` evaluates the objective and its gradient
        anew, at the parameters as they are then.
        """
        step, last_rate = state.counters.step, state.counters.learning_rate
        if learning_rate != last_rate:
            self.optimizer.change_rate(state.slots, last_rate, learning_rate)
        if self.clipping.is_active:
            self.clipping.apply(parameters.grad, self.optimizer.scale(learning_rate))
        self.optimizer.update(state.slots, parameters, learning_rate=learning_rate, step=step, revalue=revalue)
        if self.max_norm.limits:
            self.max_norm.apply()
        if self.average and state.average is not None:
            self.average.update(state.average, parameters.theta, parameters.grad, step=step)
