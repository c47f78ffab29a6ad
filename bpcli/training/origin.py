"""Where a run started from, if not from drawn weights."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """A checkpoint whose weights a run began with."""

    checkpoint: str
    step: int = 0
    """the number of the run's first update: that of the checkpoint, where its optimizer state was kept"""
