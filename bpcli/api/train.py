"""Train a config into a run folder, or go on with a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from bpcli.api.requirements import CheckedRequirement, Requirement, check_requirements, parse_requirement
from bpcli.api.start import Start, choose_start, require_one_start
from bpcli.config.load import config_to_data, config_to_yaml
from bpcli.config.rules.metrics import logged_metrics, split_metrics
from bpcli.config.sections import Config
from bpcli.data.lacking import lacking_warnings
from bpcli.errors import DivergedError
from bpcli.experiment.build import build
from bpcli.experiment.threads import choose_threads, limit_threads, second_may_gain
from bpcli.runs.files import write_atomically
from bpcli.runs.fingerprint import fingerprint
from bpcli.runs.folder import RunFolder, find_checkpoint, new_run_folder, require_own_files
from bpcli.runs.log import Log
from bpcli.runs.recorder import Recorder
from bpcli.training.events import Evaluated, Event, Started, StepDone, Stopped
from bpcli.training.experiment import Experiment
from bpcli.training.loop import train as training_events
from bpcli.training.state import Best, State

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


def train(
    config: Config,
    *,
    output: str | Path | None = None,
    resume: str | None = None,
    start_from: str | Path | None = None,
    keep_optimizer: bool = False,
    require: Sequence[str] = (),
    dry_run: bool = False,
    on_event: Callable[[Event], None] = lambda event: None,
    interrupted: Callable[[], bool] = lambda: False,
) -> TrainResult:
    """Train `config` into the run folder `output` (default: a new one, runs/<name>).

    `resume` is last, best, auto, or the path of a checkpoint: go on from it, bit for bit as if the run had never
    stopped. `start_from` is a checkpoint (or a run folder, for its best one) whose weights a new run starts from, with
    its optimizer's state if `keep_optimizer`; where `resume` is auto and finds something, that goes before.
    `require` holds conditions such as "test_accuracy>=0.98", measured on the best checkpoint. A `dry_run` builds
    everything, does one step and writes nothing. `on_event` sees every event of the loop; when `interrupted()` turns
    true, training saves after the step under way and returns.

    Raises `ConfigError`, `UsageError`, `DataError` (in mid-stream: once all that was learnt before is saved),
    `CheckpointError`, `OutputError`; divergence is a status, not an exception.
    """
    require_one_start(resume, start_from, keep_optimizer=keep_optimizer)
    folder = Path(output) if output else None
    checkpoint = find_checkpoint(resume, folder, config.name or "run") if resume else None
    with ExitStack() as held:
        resumed = None
        if checkpoint:  # locked before it is read: no other process can write a later one meanwhile
            resumed = held.enter_context(RunFolder(checkpoint.parent, resumed=True, dry_run=dry_run))
        start = choose_start(checkpoint, start_from, keep_optimizer=keep_optimizer)
        held.enter_context(np.errstate(all="ignore"))  # what overflows is found, and named, by the loop
        learned = start.config(config)
        first_step = start.origin.step if start.origin else 0
        resolved, experiment = build(learned, scaler=start.scaler, first_step=first_step)
        resolved = start.written(config, resolved)
        requirements = [parse_requirement(text, _available(resolved, experiment)) for text in require]
        threads = choose_threads(config.threads)
        held.enter_context(limit_threads(threads))
        state = start.state(resolved, experiment)
        again = _written(resolved) if resume == "auto" else None
        run_folder = resumed or held.enter_context(
            new_run_folder(folder, config.name or "run", again=again, dry_run=dry_run)
        )
        if not resumed:
            require_own_files(run_folder)
        run = _Run(resolved, experiment, run_folder, start=start, state=state, threads=threads)
        if dry_run:
            run.recorder.require_recordable(resumed=start.resumes)
            return _dry_run(experiment, state)
        return run.train(requirements, on_event, interrupted)


class _Run:
    """A training in its run folder, from the state in which it starts."""

    def __init__(
        self, config: Config, experiment: Experiment, folder: RunFolder, *, start: Start, state: State, threads: int
    ) -> None:
        self.config, self.experiment, self.folder, self.threads = config, experiment, folder, threads
        now = fingerprint(threads)
        self.warnings, self.resumed = (
            (*lacking_warnings(experiment.lacking), *start.warnings(config, experiment, now)),
            start.resumes,
        )
        log = Log(self.folder.log, logged_metrics(config, experiment.info))
        rows = start.learned_rows(config, experiment)
        self.recorder = Recorder(self.folder, experiment, state, log, config_to_data(config), now, start.origin, rows)

    def train(
        self,
        requirements: Sequence[Requirement],
        on_event: Callable[[Event], None],
        interrupted: Callable[[], bool],
    ) -> TrainResult:
        status, message = self._consume(on_event, interrupted)
        state = self.recorder.state
        if state.average is not None:  # what the training has come to
            self.experiment.objective.network.parameters.theta[...] = state.average
        counters = state.counters
        final = dict(counters.metrics)
        checked = tuple(map(CheckedRequirement, requirements))
        if status in ("completed", "stopped_early") and requirements:
            if interrupted():
                status = "interrupted"
            else:
                checked, measured = check_requirements(requirements, self.experiment, self.folder, counters)
                final |= measured
        return TrainResult(
            run=self.folder.path,
            status=status,
            epochs=counters.epoch,
            steps=counters.step,
            seconds=counters.seconds,
            monitor=self.experiment.monitor.metric,
            best=counters.best,
            final=final,
            requirements=checked,
            message=message,
            experiment=self.experiment,
        )

    def _consume(self, on_event: Callable[[Event], None], interrupted: Callable[[], bool]) -> tuple[Status, str]:
        """Run the recorded loop to its end: its status, and a message where there is more to say."""
        self.recorder.open(resumed=self.resumed)
        write_atomically(_written(self.config), self.folder.config)
        on_event(self._started())
        try:
            with closing(self.recorder.run(interrupted)) as events:
                for event in events:
                    try:
                        on_event(event)
                    except (Exception, SystemExit) as error:  # whoever looks on fails, at a closed pipe, say
                        self.recorder.save(best=isinstance(event, Evaluated) and event.improved)
                        error.add_note(f"what was learnt is saved: go on with --resume {self.folder.last}")
                        raise
                    last = event
        except DivergedError as error:
            return "diverged", str(error)
        assert isinstance(last, Stopped), "a training ends by saying why"
        return last.reason, ""

    def _started(self) -> Started:
        experiment, counters = self.experiment, self.recorder.state.counters
        return Started(
            name=self.config.name or self.folder.path.name,
            folder=self.folder.path,
            data=self.config.data.name,
            examples=None if experiment.batches.examples is None else len(experiment.batches.examples),
            batch_size=experiment.batches.batch_size,
            steps_per_epoch=len(experiment.batches),
            epochs=experiment.epochs,
            epoch=counters.epoch,
            step=counters.step,
            seconds=counters.seconds,
            parameters=len(experiment.objective.network.parameters),
            widths=experiment.objective.network.widths,
            activations=tuple(layer.activation.name for layer in self.config.model.layers if layer.activation),
            threads=self.threads,
            second_thread=self._second_thread_may_gain(),
            dtype=self.config.dtype,
            monitor=experiment.monitor.metric,
            best=counters.best.value if counters.best else None,
            warnings=self.warnings,
            origin=self.recorder.origin,
        )

    def _second_thread_may_gain(self) -> bool:
        """Whether to say so: not to whom has stated a number, nor of a run whose bits another number would change."""
        if self.config.threads != "auto" or self.resumed:
            return False
        return second_may_gain(self.experiment.objective.network.widths, self.experiment.batches.batch_size)


def _written(config: Config) -> bytes:
    """The config.yaml of a run."""
    return config_to_yaml(config).encode()


def _available(config: Config, experiment: Experiment) -> dict[str, list[str]]:
    """What can be required of each split; of a stream what it has logged."""
    if not experiment.splits:
        logged = logged_metrics(config, experiment.info)
        return {experiment.measured_as: [name.partition("_")[2] for name in logged]}
    return {split: split_metrics(config, experiment.info) for split in experiment.splits}


def _dry_run(experiment: Experiment, state: State) -> TrainResult:
    """One step of the real loop, to see that everything works."""
    status: Status = "dry_run"
    message, final = "", dict(state.counters.metrics)
    try:
        with closing(training_events(experiment, state)) as events:
            step = next((event for event in events if isinstance(event, StepDone)), None)
            final |= {f"{experiment.measured_as}_loss": step.loss} if step else {}
    except DivergedError as error:
        status, message = "diverged", str(error)
    return TrainResult(
        run=None,
        status=status,
        epochs=state.counters.epoch,
        steps=state.counters.step,
        seconds=0.0,
        monitor=experiment.monitor.metric,
        best=None,
        final=final,
        message=message,
        experiment=experiment,
    )
