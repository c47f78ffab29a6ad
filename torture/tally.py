"""How far a process has come, known also of one that was killed."""

from __future__ import annotations

from collections.abc import MutableSequence
from typing import Any

STEPS, SAVED = 0, 1
"""Where in a tally stands how many updates were made, and where the step of the last checkpoint that was saved."""


def keep_tally(tally: MutableSequence[int]) -> None:
    """From now on keep it of this process: in memory that it shares, for a killed process leaves nothing else."""
    from bpcli.runs.recorder import Recorder
    from bpcli.training.update import Update

    apply, save = Update.apply, Recorder.save

    def counted_apply(update: Update, *arguments: Any, **options: Any) -> None:
        apply(update, *arguments, **options)
        tally[STEPS] += 1

    def noted_save(recorder: Recorder, **options: Any) -> None:
        save(recorder, **options)
        tally[SAVED] = recorder.state.counters.step

    Update.apply, Recorder.save = counted_apply, noted_save  # type: ignore[method-assign]
