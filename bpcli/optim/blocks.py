"""For speed alone: an update with many intermediate results goes over long vectors a block at a time.

In blocks the parameters, their gradient, the slots and what is made of them stay in the processor's cache from one
operation to the next: a step of Adam on 100,000 parameters takes 0.2 ms, and 1 ms on all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable

from bpcli.nn.parameters import Parameters
from bpcli.optim.base import FirstOrder, Slots

BLOCK = 65_536
"""parameters at once"""


class InBlocks(FirstOrder):
    """An optimizer whose `update` is called for one block of the parameters after the other."""

    def step(
        self,
        slots: Slots,
        parameters: Parameters,
        *,
        learning_rate: float,
        step: int,
        reevaluate: Callable[[], float],
    ) -> None:
        for start in range(0, len(parameters), BLOCK):
            block = slice(start, start + BLOCK)
            part = {name: slot[block] for name, slot in slots.items()}
            theta, grad = parameters.theta[block], parameters.grad[block]
            self.update(part, theta, grad, learning_rate=learning_rate, step=step)
