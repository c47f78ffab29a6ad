"""The protocol of optimizers: frozen hyper-parameters, and no state of their own. Gradients in, updates out."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol

from bpcli.nn.arrays import Array, zeros
from bpcli.nn.parameters import Parameters

Slots = dict[str, Array]
"""An optimizer's memory: `(P,)` arrays by name, saved and restored with the weights."""


class Optimizer(Protocol):
    """A rule that makes the next parameters out of the gradient and its memory."""

    uses_line_search: ClassVar[bool]
    """True for an optimizer that looks for the length of a step itself, by evaluating the objective again"""
    decaying_slots: ClassVar[tuple[str, ...]]
    """slots whose entries decay towards zero where the gradient is zero"""

    @property
    def learning_rate(self) -> float:
        """Return η₀, on which a schedule acts."""
        ...

    def init(self, theta: Array) -> Slots:
        """Return the slots for parameters `theta (P,)` before the first step."""
        ...

    def step(
        self,
        slots: Slots,
        parameters: Parameters,
        *,
        learning_rate: float,
        step: int,
        reevaluate: Callable[[], float],
    ) -> None:
        """Change `theta` and the slots in place by `grad`. `step` counts from 0.

        `reevaluate()` returns the objective at the present `theta` on the same batch, and fills `grad` again.
        """
        ...


class FirstOrder:
    """An optimizer that moves each parameter by its own gradient and memory alone: `update` is its formula."""

    uses_line_search: ClassVar[bool] = False
    decaying_slots: ClassVar[tuple[str, ...]] = ()

    def step(
        self,
        slots: Slots,
        parameters: Parameters,
        *,
        learning_rate: float,
        step: int,
        reevaluate: Callable[[], float],
    ) -> None:
        self.update(slots, parameters.theta, parameters.grad, learning_rate=learning_rate, step=step)

    def update(self, slots: Slots, theta: Array, grad: Array, *, learning_rate: float, step: int) -> None:
        """Change `theta` and the slots in place by `grad`, all of one shape."""
        raise NotImplementedError


def make_slots(theta: Array, *names: str) -> Slots:
    """Make slots of zeros for parameters `theta (P,)`."""
    return {name: zeros(len(theta), theta.dtype) for name in names}
