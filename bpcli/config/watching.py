"""The sections that watch a metric."""

from __future__ import annotations

from bpcli.config.sections import Config
from bpcli.optim.schedules import Plateau
from bpcli.training.sections import Checkpoint, EarlyStopping


def watching(config: Config) -> dict[str, Checkpoint | EarlyStopping | Plateau]:
    """By key, those there are."""
    sections: dict[str, Checkpoint | EarlyStopping | Plateau] = {"checkpoint": config.checkpoint}
    if config.early_stopping is not None:
        sections["early_stopping"] = config.early_stopping
    if isinstance(config.schedule, Plateau):
        sections["schedule"] = config.schedule
    return sections
