"""Train a config into a run folder, or go on with a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from bpcli.api.result import Status, TrainResult
from bpcli.api.resume import resume_from
from bpcli.config.build import build
from bpcli.config.load import config_to_data, config_to_yaml
from bpcli.config.metrics import logged_metrics, split_metrics
from bpcli.config.sections import Config
from bpcli.errors import DivergedError
from bpcli.training.evaluate import measure
from bpcli.training.events import Event, Started, StepDone, Stopped
from bpcli.training.experiment import Experiment
from bpcli.training.files import write_atomically
from bpcli.training.fingerprint import difference, fingerprint
from bpcli.training.log import Log
from bpcli.training.loop import train as training_events
from bpcli.training.requirements import Requirement, parse_requirement
from bpcli.training.run import Recorder
from bpcli.training.run_folder import RunFolder, find_checkpoint, new_run_folder
from bpcli.training.threads import choose_threads, limit_threads


def train(
    config: Config,
    *,
    output: str | Path | None = None,
    resume: str | None = None,
    require: Sequence[str] = (),
    dry_run: bool = False,
    on_event: Callable[[Event], None] = lambda event: None,
    interrupted: Callable[[], bool] = lambda: False,
) -> TrainResult:
    """Train `config` into the run folder `output` (default: a new one, runs/<name>).

    `resume` is last, best, auto, or the path of a checkpoint: go on from it, bit for bit as if the run had never
    stopped. `require` holds conditions such as "test_accuracy>=0.98", measured on the final weights. A `dry_run`
    builds everything, does one step and writes nothing. `on_event` sees every event of the loop; when
    `interrupted()` turns true, training saves after the step under way and returns.

    Raises `ConfigError`, `DataError`, `CheckpointError`, `OutputError`; divergence is a status, not an exception.
    """
    with np.errstate(all="ignore"):  # what overflows is found, and named, by the loop
        resolved, experiment = build(config)
    available = {split: split_metrics(resolved, experiment.info) for split in experiment.splits}
    requirements = [parse_requirement(text, available) for text in require]
    widths, batch_size = experiment.objective.network.widths, experiment.batches.batch_size
    threads = choose_threads(config.threads, widths=widths, batch_size=batch_size)
    with limit_threads(threads), np.errstate(all="ignore"):  # what overflows is found, and named, by the loop
        if dry_run:
            return _dry_run(resolved, experiment, output=Path(output) if output else None, resume=resume)
        folder, checkpoint = _open(resolved, output=Path(output) if output else None, resume=resume)
        with folder:  # locked before the checkpoint is read: no other process can write a later one meanwhile
            run = _Run(resolved, experiment, folder, checkpoint=checkpoint, threads=threads)
            return run.train(requirements, on_event, interrupted)


def _open(config: Config, *, output: Path | None, resume: str | None) -> tuple[RunFolder, Path | None]:
    """The run folder, and the checkpoint in it to go on from, if there is one."""
    name = config.name or "run"
    checkpoint = find_checkpoint(resume, output, name) if resume else None
    return (RunFolder(checkpoint.parent) if checkpoint else new_run_folder(output, name)), checkpoint


class _Run:
    """A training in its run folder: from the beginning, or from the state of a checkpoint."""

    def __init__(
        self, config: Config, experiment: Experiment, folder: RunFolder, *, checkpoint: Path | None, threads: int
    ) -> None:
        self.config, self.experiment, self.folder, self.threads = config, experiment, folder, threads
        self.warnings: tuple[str, ...] = ()
        now = fingerprint(threads)
        if checkpoint is None:
            state = experiment.start()
        else:
            saved, state = resume_from(checkpoint, config, experiment)
            if changed := difference(saved.fingerprint, now):
                self.warnings = (f"the bits may differ from an uninterrupted run: {changed}",)
        log = Log(self.folder.log, logged_metrics(config, experiment.info))
        self.recorder = Recorder(self.folder, experiment, state, log, config_to_data(config), now)
        self.resumed = checkpoint is not None

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
        if status in ("completed", "stopped_early") and requirements:
            if interrupted():
                status = "interrupted"
            else:
                final |= _measured(self.experiment, requirements)
        return TrainResult(
            run=self.folder.path,
            status=status,
            epochs=counters.epoch,
            steps=counters.step,
            seconds=counters.seconds,
            monitor=self.experiment.monitor.metric,
            best=counters.best,
            final=final,
            unmet=tuple(r for r in requirements if r.name not in final or not r.is_met(final[r.name])),
            message=message,
            experiment=self.experiment,
        )

    def _consume(self, on_event: Callable[[Event], None], interrupted: Callable[[], bool]) -> tuple[Status, str]:
        """Run the recorded loop to its end: its status, and a message where there is more to say."""
        self.recorder.open(resumed=self.resumed)
        write_atomically(self.folder.config, config_to_yaml(self.config).encode())
        on_event(self._started())
        status: Status = "completed"
        try:
            with closing(self.recorder.run(interrupted)) as events:
                for event in events:
                    on_event(event)
                    if isinstance(event, Stopped):
                        status = event.reason
        except DivergedError as error:
            return "diverged", str(error)
        return status, ""

    def _started(self) -> Started:
        experiment, counters = self.experiment, self.recorder.state.counters
        return Started(
            name=self.config.name or self.folder.path.name,
            folder=self.folder.path,
            data=self.config.data.name,
            examples=len(experiment.batches.examples),
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
            dtype=self.config.dtype,
            monitor=experiment.monitor.metric,
            best=counters.best.value if counters.best else None,
            warnings=self.warnings,
        )


def _measured(experiment: Experiment, requirements: Sequence[Requirement]) -> dict[str, float]:
    """The required metrics of the final weights, each split measured once."""
    values: dict[str, float] = {}
    for split in dict.fromkeys(requirement.split for requirement in requirements):
        names = [requirement.metric for requirement in requirements if requirement.split == split]
        measured = measure(experiment.objective, experiment.splits[split](), experiment.metrics(names))
        values |= {f"{split}_{name}": value for name, value in measured.items()}
    return {requirement.name: values[requirement.name] for requirement in requirements}


def _dry_run(config: Config, experiment: Experiment, *, output: Path | None, resume: str | None) -> TrainResult:
    """One step of the real loop, from the checkpoint to resume if there is one, to see that everything works."""
    checkpoint = find_checkpoint(resume, output, config.name or "run") if resume else None
    state = resume_from(checkpoint, config, experiment)[1] if checkpoint else experiment.start()
    status: Status = "dry_run"
    message, final = "", dict(state.counters.metrics)
    try:
        with closing(training_events(experiment, state)) as events:
            step = next((event for event in events if isinstance(event, StepDone)), None)
            final |= {"train_loss": step.loss} if step else {}
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
