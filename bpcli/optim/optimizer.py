"""What an optimizer is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Protocol

from annotated_types import Ge

from bpcli.nn.arrays import Array
from bpcli.nn.parameters import Parameters

Slots = dict[str, Array]
"""An optimizer's memory: `(P,)` arrays by name, saved and restored with the weights."""

Epsilon = Annotated[float, Ge(1e-12)]
"""What keeps a division by √v finite: well above the √v that `flush_subnormals` takes for zero, 1e-15."""


class Optimizer(Protocol):
    """Frozen hyper-parameters: all that changes from step to step is in the parameters and the slots."""

    @property
    def learning_rate(self) -> float:
        """η₀, on which a schedule puts a factor."""

    def init(self, theta: Array) -> Slots:
        """The slots for parameters `theta (P,)`, before the first update."""

    def update(
        self,
        slots: Slots,
        parameters: Parameters,
        *,
        learning_rate: float,
        step: int,
        revalue: Callable[[], float],
    ) -> None:
        """Change `parameters.theta` and the slots in place; `parameters.grad` serves as scratch.

        `learning_rate` is η as the schedule has it at this `step`, counted from 0. `revalue()` evaluates the
        objective at `theta` as it then is, refills `grad` and returns the value, for whoever searches along a line.
        """
