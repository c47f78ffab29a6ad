"""What an optimizer is: frozen hyper-parameters, and no state of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, Protocol

from bpcli.nn.arrays import Array, zeros
from bpcli.nn.parameters import Parameters

Slots = dict[str, Array]
"""An optimizer's memory: `(P,)` arrays by name, saved and restored with the weights."""

BLOCK = 65_536
"""Parameters that are updated at once: with their slots they stay in the processor's cache from pass to pass.

Fewer than two blocks are taken at once too: there the calls cost more than the cache saves.
"""


class Optimizer(Protocol):
    searches: ClassVar[bool]
    """whether it looks for the length of a step itself, by evaluating the objective anew"""

    @property
    def learning_rate(self) -> float:
        """η₀, on which a schedule acts."""
        ...

    def scale(self, learning_rate: float) -> float:
        """What the gradient is to come multiplied with: where it begins, at the outputs, that costs nothing."""
        ...

    def change_rate(self, slots: Slots, then: float, now: float) -> None:
        """Before `update`: the learning rate is another than in the last one, or than 0 at the first."""
        ...

    def carry(self, then: float, now: float) -> float:
        """Where it changes parameters by a decaying sum of gradients alone, the share that stays of the last sum.

        `then` and `now` are the learning rates of the last update and of this one. The sum can then be made where the
        gradient is, which is the only slot. 0: there is more to it.
        """
        ...

    def init(self, theta: Array) -> Slots:
        """The slots for parameters `theta (P,)`, before the first step."""
        ...

    def update(
        self,
        slots: Slots,
        parameters: Parameters,
        *,
        learning_rate: float,
        step: int,
        revalue: Callable[[], float],
    ) -> None:
        """Change `theta` and the slots in place; `grad`, which comes scaled, serves as scratch. `step` counts from 0.

        `revalue()` is the objective at the present `theta` on the same batch; it fills `grad` anew.
        """
        ...


class Unscaled:
    """Takes the gradient as it is, and keeps nothing that depends on the learning rate."""

    def scale(self, learning_rate: float) -> float:
        return 1.0

    def change_rate(self, slots: Slots, then: float, now: float) -> None:
        pass

    def carry(self, then: float, now: float) -> float:
        return 0.0


def blocks(*vectors: Array) -> Iterable[tuple[Array, ...]]:
    """The same stretch of each of some `(P,)` vectors, one stretch after the other."""
    size = len(vectors[0])
    if size < 2 * BLOCK:
        return (vectors,)
    return (tuple(vector[start : start + BLOCK] for vector in vectors) for start in range(0, size, BLOCK))


def make_slots(theta: Array, *names: str) -> Slots:
    """Slots of zeros for parameters `theta (P,)`."""
    return {name: zeros(len(theta), theta.dtype) for name in names}
