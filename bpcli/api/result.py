"""How a training ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from bpcli.training.experiment import Experiment
from bpcli.training.requirements import CheckedRequirement
from bpcli.training.state import Best

Status = Literal["completed", "stopped_early", "interrupted", "diverged", "dry_run"]


@dataclass(frozen=True)
class TrainResult:
    """How a training ended."""

    run: Path | None
    """the run folder; None for a dry run"""
    status: Status
    epochs: int
    """completed, all sessions of the run together"""
    steps: int
    seconds: float
    """spent training, without start-up"""
    monitor: str
    best: Best | None
    final: dict[str, float]
    """metrics of the last epoch, and those that were required, of its weights, by full name"""
    requirements: tuple[CheckedRequirement, ...] = ()
    """each as the best checkpoint has it, which is the one to use; of a stream as it was logged"""
    message: str = ""
    """what happened, where the status alone does not say it"""
    experiment: Experiment | None = field(default=None, repr=False, compare=False)
    """with the final weights in its network"""

    @property
    def unmet(self) -> tuple[CheckedRequirement, ...]:
        """The requirements that were not met."""
        return tuple(checked for checked in self.requirements if not checked.met)

    def to_dict(self) -> dict[str, Any]:
        """The object that `bpcli train --json` prints."""
        best = self.best and {"epoch": self.best.epoch, "monitor": self.monitor, "value": self.best.value}
        return {
            "run": str(self.run) if self.run else None,
            "status": self.status,
            "epochs": self.epochs,
            "steps": self.steps,
            "seconds": round(self.seconds, 6),
            "best": best,
            "final": self.final,
            "requirements": [checked.to_dict() for checked in self.requirements],
        }
