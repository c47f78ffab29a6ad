"""Ways of doing it wrong: what bpcli would be without one of the things that make a run outlast what hits it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bpcli.errors import OutputError


def mutate(name: str) -> None:
    """Make this process the mutant of that name."""
    MUTANTS[name]()


def _no_temporary_file() -> None:
    from bpcli.runs import recorder as run

    def write_in_place(write_into: Any, *paths: Any) -> None:
        for path in paths:
            with open(path, "wb") as file:
                write_into(file)

    run.write_through = write_in_place  # type: ignore[attr-defined]


def _no_optimizer_slots() -> None:
    from bpcli.runs import checkpoint

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
    from bpcli.runs import checkpoint

    epoch_of, restore = Batches.epoch, checkpoint.restore_optimizer

    def first(batches: Any, epoch: int, *, skip: int = 0) -> Any:
        return epoch_of(batches, 0, skip=skip)

    def resumed(saved: Any, experiment: Any) -> Any:
        Batches.epoch = first  # type: ignore[method-assign]
        return restore(saved, experiment)

    checkpoint.restore_optimizer = resumed


def _log_appended_twice() -> None:
    from bpcli.runs.log import Log

    Log.truncate = lambda *_: None  # type: ignore[method-assign]


def _started_anew() -> None:
    from bpcli.api import train

    find = train.find_checkpoint  # type: ignore[attr-defined]

    def forgetting(resume: str, output: Path, name: str) -> Any:
        for path in output.glob("*.npz"):
            path.unlink()
        return find(resume, output, name)

    train.find_checkpoint = forgetting  # type: ignore[attr-defined]


def _old_checkpoint_removed_first() -> None:
    from bpcli.runs import recorder as run

    write = run.write_through  # type: ignore[attr-defined]

    def removing(write_into: Any, *paths: Path) -> None:
        for path in paths:
            path.unlink(missing_ok=True)
        write(write_into, *paths)

    run.write_through = removing  # type: ignore[attr-defined]


def _failed_save_unsaid() -> None:
    from bpcli.runs import recorder as run

    write = run.write_through  # type: ignore[attr-defined]

    def careless(write_into: Any, *paths: Path) -> None:
        try:
            write(write_into, *paths)
        except OutputError:
            for path in paths:
                path.unlink(missing_ok=True)

    run.write_through = careless  # type: ignore[attr-defined]


def _not_saved_when_interrupted() -> None:
    from bpcli.runs.recorder import Recorder

    run, save = Recorder.run, Recorder.save
    is_interrupted = False

    def noting(recorder: Recorder, interrupted: Callable[[], bool]) -> Any:
        def asked() -> bool:
            nonlocal is_interrupted
            is_interrupted = interrupted()
            return is_interrupted

        return run(recorder, asked)

    def forgetful(recorder: Recorder, **options: Any) -> None:
        if not is_interrupted:
            save(recorder, **options)

    Recorder.run, Recorder.save = noting, forgetful  # type: ignore[method-assign]


SEEN_BY_KILLS: dict[str, Callable[[], None]] = {
    "no temporary file": _no_temporary_file,
    "no optimizer slots": _no_optimizer_slots,
    "schedule off by one": _schedule_off_by_one,
    "order of the first epoch": _order_of_the_first_epoch,
    "log appended twice": _log_appended_twice,
    "started anew": _started_anew,
    "old checkpoint removed first": _old_checkpoint_removed_first,
}
SEEN_BY_FAILURES: dict[str, Callable[[], None]] = {"failed save unsaid": _failed_save_unsaid}
SEEN_BY_SIGNALS: dict[str, Callable[[], None]] = {"not saved when interrupted": _not_saved_when_interrupted}
"""By the row whose test is to see them: 1, 4 and 10."""
MUTANTS = SEEN_BY_KILLS | SEEN_BY_FAILURES | SEEN_BY_SIGNALS
