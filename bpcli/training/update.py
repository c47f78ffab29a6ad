"""From a gradient to the next weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bpcli.nn.arrays import Array
from bpcli.nn.parameters import Parameters
from bpcli.optim.averaging import MovingAverage
from bpcli.optim.clipping import Clipping, MaxNorm
from bpcli.optim.optimizers import AnyOptimizer
from bpcli.optim.subnormals import flush_subnormals
from bpcli.training.state import State


@dataclass(frozen=True)
class Update:
    """One update: clip the gradient, take the optimizer's step, keep the weights within their limits, average them."""

    optimizer: AnyOptimizer
    clipping: Clipping = Clipping()
    max_norm: MaxNorm = MaxNorm()
    average: MovingAverage | None = None

    def start(self, theta: Array) -> State:
        """Return the state before the first update of the parameters `theta (P,)`."""
        return State(self.optimizer.init(theta), theta.copy() if self.average else None)

    def apply(
        self, state: State, parameters: Parameters, *, learning_rate: float, reevaluate: Callable[[], float]
    ) -> None:
        """Change the parameters and the state in place by `parameters.grad`, which may be overwritten.

        `reevaluate()` evaluates the objective and its gradient again, at the parameters as they are then.
        """
        step = state.counters.step
        self.clipping.apply(parameters.grad)
        self.optimizer.step(state.slots, parameters, learning_rate=learning_rate, step=step, reevaluate=reevaluate)
        flush_subnormals(state.slots, self.optimizer.decaying_slots, step=step)
        self.max_norm.apply()
        if self.average and state.average is not None:
            self.average.update(state.average, parameters.theta, step=step)
