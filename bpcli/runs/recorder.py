"""A training with its files: events pass through, and on the way are logged, saved and, if asked, interrupted."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from bpcli.data.rows import LearnedRows
from bpcli.errors import DataError
from bpcli.runs.checkpoint import pack_checkpoint
from bpcli.runs.files import write_through
from bpcli.runs.folder import RunFolder
from bpcli.runs.log import Log
from bpcli.runs.npz import Packed
from bpcli.training.events import CheckpointDue, Evaluated, Event, Origin, StepDone, Stopped, Waiting
from bpcli.training.experiment import Experiment
from bpcli.training.loop import train
from bpcli.training.state import State


@dataclass(frozen=True)
class Recorder:
    """Writes what a run leaves behind."""

    folder: RunFolder
    experiment: Experiment
    state: State
    log: Log
    config: dict[str, Any]
    fingerprint: dict[str, str | int]
    origin: Origin | None = None
    rows: LearnedRows | None = None
    """learned from by the end of the run, before it too; None: not known"""

    def require_recordable(self, *, resumed: bool) -> None:
        """Raise what `open` would raise, but for what only writing can tell."""
        if resumed:
            self.log.require(self.state.counters.log)
        self._packed()  # what no checkpoint can hold is refused before anything is trained

    def open(self, *, resumed: bool) -> None:
        """Begin the log; or make the run the state's own again, and drop what the log says of later epochs."""
        self.require_recordable(resumed=resumed)
        if resumed:
            self.save(best=self.state.counters.is_best)  # a power cut may have left the one name and not the other
            self.log.truncate(self.state.counters.log)
        else:
            self.state.counters.log = self.log.start()

    def run(self, interrupted: Callable[[], bool]) -> Generator[Event, None, None]:
        """Train to the end, or until `interrupted()` is true after a step: then save, and stop.

        Raises `DivergedError`, `OutputError`, and `DataError` for a broken row of a stream, when all that was learnt
        before it is saved.
        """
        counters = self.state.counters
        began = perf_counter() - counters.seconds
        since, before = perf_counter(), counters.position
        try:
            for event in train(self.experiment, self.state):
                kind = type(event)
                if kind is StepDone or kind is Waiting:  # there may be a hundred thousand a second
                    yield event
                    if interrupted():
                        counters.seconds = perf_counter() - began
                        self.save()
                        yield Stopped("interrupted")
                        return
                    continue
                counters.seconds = perf_counter() - began
                if isinstance(event, Evaluated):
                    rate = (counters.position - before) / (perf_counter() - since)
                    counters.log = self.log.append(event, seconds=counters.seconds, examples_per_second=rate)
                    since, before = perf_counter(), counters.position
                elif isinstance(event, CheckpointDue):
                    self.save(best=event.best)
                yield event
        except DataError as error:
            if not counters.position:
                raise
            counters.seconds = perf_counter() - began
            self.save()
            raise DataError(
                f"{error}; what was learnt before is saved: go on with --resume {self.folder.last}"
            ) from None
        finally:
            counters.seconds = perf_counter() - began

    def save(self, *, best: bool = False) -> None:
        """Save last.npz, and best.npz before it: a kill between the two repeats an epoch and loses nothing."""
        write_through(self._packed().write, *([self.folder.best] if best else []), self.folder.last)

    def _packed(self) -> Packed:
        """The checkpoint of this moment, to be written before the next step.

        Raises `DivergedError` rather than let a checkpoint that is not finite replace one that is.
        """
        return pack_checkpoint(
            self.experiment,
            self.state,
            config=self.config,
            fingerprint=self.fingerprint,
            origin=self.origin,
            rows=self.rows,
        )
