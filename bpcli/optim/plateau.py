"""When a metric has come to a plateau."""

from __future__ import annotations

from dataclasses import dataclass

from bpcli.optim.schedules import Plateau


@dataclass(frozen=True)
class PlateauState:
    """What has been seen of the metric so far."""

    best: float | None = None
    left_out: int = 0
    """evaluations in a row that did not improve on `best`"""
    cooldown: int = 0
    """evaluations still to be waited out after a drop"""
    drops: int = 0

    def observe(self, plateau: Plateau, value: float) -> PlateauState:
        """The state after an evaluation that measured `value`, as PyTorch's ReduceLROnPlateau counts."""
        best, left_out, cooldown = self.best, self.left_out, self.cooldown
        sign = 1 if plateau.mode == "min" else -1
        if value == value and (best is None or sign * (best - value) > plateau.min_delta):
            best, left_out = value, 0
        else:
            left_out += 1
        if cooldown:
            cooldown, left_out = cooldown - 1, 0
        if left_out > plateau.patience:
            return PlateauState(best, 0, plateau.cooldown, self.drops + 1)
        return PlateauState(best, left_out, cooldown, self.drops)
