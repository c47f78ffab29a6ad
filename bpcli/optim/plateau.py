"""The state of a metric that may have come to a plateau."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bpcli.optim.schedules import Plateau


@dataclass(frozen=True)
class PlateauState:
    """The best value so far, and the evaluations since."""

    best: float | None = None
    wait: int = 0
    """evaluations in a row that did not improve on `best`"""
    cooldown: int = 0
    """evaluations still to be waited out after a drop"""
    drops: int = 0

    def observe(self, plateau: Plateau, value: float) -> PlateauState:
        """Return the state after an evaluation that measured `value`, as PyTorch's ReduceLROnPlateau counts."""
        best, wait, cooldown = self.best, self.wait, self.cooldown
        sign = 1 if plateau.mode == "min" else -1
        if math.isfinite(value) and (best is None or sign * (best - value) > plateau.min_delta):
            best, wait = value, 0
        else:
            wait += 1
        if cooldown:
            cooldown, wait = cooldown - 1, 0
        if wait > plateau.patience:
            return PlateauState(best, 0, plateau.cooldown, self.drops + 1)
        return PlateauState(best, wait, cooldown, self.drops)
