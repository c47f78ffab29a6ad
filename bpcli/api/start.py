"""How a training begins: with drawn weights, with those of a checkpoint, or where its run was left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bpcli.api.checkpoint_config import merges_numbers, with_learned_labels
from bpcli.api.other_data import require_learned_data
from bpcli.api.resume import resumed_state, why_no_more
from bpcli.api.warm_start import warm_start
from bpcli.config.extent import is_too_large
from bpcli.config.load import config_from_data, config_to_data
from bpcli.config.sections import Config
from bpcli.data.arriving import place_of
from bpcli.data.labelled import Labelled
from bpcli.data.rows import LearnedRows, row_hashes
from bpcli.data.scaling import Scaler
from bpcli.data.stream_batches import UNKNOWN, StreamBatches
from bpcli.errors import CheckpointError, UsageError
from bpcli.training.checkpoint import Saved, load_checkpoint
from bpcli.training.experiment import Experiment
from bpcli.training.fingerprint import difference
from bpcli.training.origin import Origin
from bpcli.training.run_folder import checkpoint_at
from bpcli.training.state import State


@dataclass(frozen=True)
class Start:
    """Nothing saved: with drawn weights."""

    saved: Saved | None = None
    resumes: bool = False
    """whether `saved` is of the run itself"""
    keep_optimizer: bool = False

    @property
    def scaler(self) -> Scaler | None:
        """Of the inputs as the weights have learnt to see them; None: to be fitted on the training split."""
        fitted_here = self.saved is None or (self.resumes and self.saved.origin is None)
        return None if fitted_here or self.saved is None else self.saved.scaler

    @property
    def origin(self) -> Origin | None:
        """What a checkpoint of the run says of this."""
        if self.saved is None or self.resumes:
            return self.saved.origin if self.saved else None
        return Origin(str(self.saved.path), self.saved.counters.step if self.keep_optimizer else 0)

    def config(self, config: Config) -> Config:
        """`config`, its data with the task and the classes that the checkpoint has learned.

        Raises `CheckpointError` for data of other columns or targets.
        """
        if self.saved is None:
            return config
        learned = with_learned_labels(config, self.saved)
        if is_too_large(config_to_data(learned)):  # what is written has to be readable again
            learned = config
        require_learned_data(self.saved, learned, "resume" if self.resumes else "start from")
        return learned

    def written(self, config: Config, resolved: Config) -> Config:
        """`resolved` as the run writes it down: one that is resumed from `config` as if it had never stopped."""
        if self.saved is None or not self.resumes or merges_numbers(self.saved):
            return resolved
        then, data = config_from_data(self.saved.config).data, resolved.data
        if not (isinstance(data, Labelled) and isinstance(then, Labelled) and isinstance(config.data, Labelled)):
            return resolved
        return replace(resolved, data=data.changed(classes=config.data.classes or then.classes))

    def state(self, config: Config, experiment: Experiment) -> State:
        """The state to train on from, its weights set in the network. Raises `CheckpointError` where that cannot be."""
        if self.saved is None:
            return experiment.start()
        if self.resumes:
            return resumed_state(self.saved, config, experiment)
        return warm_start(self.saved, config, experiment, keep_optimizer=self.keep_optimizer)

    def learned_rows(self, config: Config, experiment: Experiment) -> LearnedRows | None:
        """The rows that will have been learned from by the end of the run; None: not known, as of a stream."""
        examples = experiment.batches.examples
        before = None if self.saved is None else self.saved.rows
        if examples is None or (self.origin is not None and before is None):
            return None
        if self.resumes and before is not None:
            return before
        own = LearnedRows.of(row_hashes(examples, experiment.info, reconstructs=config.data.reconstructs))
        return own if before is None else own.union(before)

    def warnings(self, config: Config, experiment: Experiment, fingerprint: dict[str, str | int]) -> tuple[str, ...]:
        """Why a resumed run is not the uninterrupted one, or what is held out from another one no longer new."""
        if self.saved is None:
            return ()
        if not self.resumes:
            return tuple(_learned_before(self.saved, config, experiment))
        warnings = []
        if changed := difference(self.saved.fingerprint, fingerprint):
            warnings.append(f"the bits may differ from an uninterrupted run: {changed}")
        if lost := _lost_best(self.saved):
            warnings.append(lost)
        warnings += why_no_more(self.saved, experiment)
        batches = experiment.batches
        if isinstance(batches, StreamBatches) and not batches.stream.can_be_read_again:
            warnings.append("what a pipe has brought cannot be read again: the run goes on with the rows that come now")
        elif isinstance(batches, StreamBatches) and self.saved.data_sha256 == UNKNOWN and self.saved.counters.position:
            warnings.append(
                f"nobody knows whether {place_of(batches.stream.file)} still begins with the rows that were learned "
                "from: the checkpoint keeps no digest of them, as it is of bpcli 0.2.0 or of a pipe that was left"
            )
        return tuple(warnings)


def require_one_start(resume: str | None, start_from: str | Path | None, *, keep_optimizer: bool) -> None:
    """Raise `UsageError` for arguments that contradict one another."""
    if start_from is not None and resume not in (None, "auto"):
        raise UsageError("--from begins a new run and --resume goes on with an old one: give one of them")
    if keep_optimizer and start_from is None:
        raise UsageError("there is no optimizer state to keep but that of a checkpoint: give --from with it")


def choose_start(checkpoint: Path | None, start_from: str | Path | None, *, keep_optimizer: bool) -> Start:
    """From the `checkpoint` of the run to resume, else from the one at `start_from`, else from nothing.

    Raises `CheckpointError` for one that cannot be read.
    """
    if checkpoint is not None:
        return Start(_load_to_resume(checkpoint), resumes=True)
    if start_from is not None:
        return Start(load_checkpoint(checkpoint_at(Path(start_from))), keep_optimizer=keep_optimizer)
    return Start()


def _load_to_resume(path: Path) -> Saved:
    try:
        return load_checkpoint(path)
    except CheckpointError as error:
        best = path.with_name("best.npz")
        if path.name == "last.npz" and _loaded(best):
            raise CheckpointError(f"{error}; {best} is whole: --resume best goes on with it") from None
        raise


def _lost_best(saved: Saved) -> str | None:
    """A warning where best.npz is not the one that the checkpoint speaks of, nor a later one of the run."""
    if saved.counters.best is None or saved.counters.is_best or saved.path.name != "last.npz":
        return None
    path = saved.path.with_name("best.npz")
    best = _loaded(path)
    if best and (best.counters.best == saved.counters.best or best.counters.step > saved.counters.step):
        return None
    what = "is of another run" if best else "is damaged" if path.exists() else "is missing"
    return f"{path} {what}: the best weights, of epoch {saved.counters.best.epoch}, are lost until others are better"


def _learned_before(saved: Saved, config: Config, experiment: Experiment) -> Iterator[str]:
    """A warning for each split that holds rows out, from which the weights have learned before.

    The same split of the same data may hold equal rows, as a table of few different ones does.
    """
    if saved.rows is None or saved.data_sha256 == experiment.data_sha256:
        return
    for split in [split for split in experiment.splits if split != "train"]:
        hashes = row_hashes(experiment.splits[split]().examples, experiment.info, reconstructs=config.data.reconstructs)
        learned, is_exact = saved.rows.count(hashes)
        if learned:
            share = f"{'' if is_exact else 'about '}{learned:,} of {len(hashes):,} rows"
            yield (
                f"{share} of the {split} split equal a row that {saved.path} was trained on: "
                "the figures say less of rows it has not seen"
            )


def _loaded(path: Path) -> Saved | None:
    try:
        return load_checkpoint(path)
    except CheckpointError:
        return None
