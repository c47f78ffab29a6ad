"""Ways of doing it wrong: what bpcli would be without one of the things that make a run outlast a kill."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def mutate(name: str) -> None:
    """Make this process the mutant of that name."""
    MUTANTS[name]()


def _no_temporary_file() -> None:
    from bpcli.training import run

    def write_in_place(content: Any, *paths: Any) -> None:
        for path in paths:
            with open(path, "wb") as file:
                file.write(content)

    run.write_atomically = write_in_place  # type: ignore[attr-defined]


def _no_optimizer_slots() -> None:
    from bpcli.training import checkpoint

    restore = checkpoint.restore_optimizer

    def without_slots(saved: Any, experiment: Any) -> Any:
        state = restore(saved, experiment)
        for slot in state.slots.values():
            slot[...] = 0
        return state

    checkpoint.restore_optimizer = without_slots


def _schedule_off_by_one() -> None:
    from bpcli.training import checkpoint, loop

    restore, rate = checkpoint.restore_optimizer, loop.learning_rate
    late = 0

    def remembering(saved: Any, experiment: Any) -> Any:
        nonlocal late
        late = 1
        return restore(saved, experiment)

    def off_by_one(base: Any, schedule: Any, *, step: int, **options: Any) -> float:
        return rate(base, schedule, step=step + late, **options)

    checkpoint.restore_optimizer, loop.learning_rate = remembering, off_by_one  # type: ignore[attr-defined]


def _order_of_the_first_epoch() -> None:
    from bpcli.data.batches import Batches
    from bpcli.training import checkpoint

    epoch_of, restore = Batches.epoch, checkpoint.restore_optimizer

    def first(batches: Any, epoch: int, *, skip: int = 0) -> Any:
        return epoch_of(batches, 0, skip=skip)

    def resumed(saved: Any, experiment: Any) -> Any:
        Batches.epoch = first  # type: ignore[method-assign]
        return restore(saved, experiment)

    checkpoint.restore_optimizer = resumed


def _log_appended_twice() -> None:
    from bpcli.training.log import Log

    Log.truncate = lambda *_: None  # type: ignore[method-assign]


MUTANTS: dict[str, Callable[[], None]] = {
    "no temporary file": _no_temporary_file,
    "no optimizer slots": _no_optimizer_slots,
    "schedule off by one": _schedule_off_by_one,
    "order of the first epoch": _order_of_the_first_epoch,
    "log appended twice": _log_appended_twice,
}
