"""What a run has left behind, and whether it is what another has."""

from __future__ import annotations

from pathlib import Path

from bpcli.runs.compare import differences


def difference(run: Path, other: Path) -> str:
    """What of two runs is not the same but for the clock, or was left behind, in words; empty if nothing."""
    left = sorted(path.name for path in run.iterdir() if path.suffix == ".tmp")
    return ", ".join([*differences(run, other), *(f"{name} left behind" for name in left)])
