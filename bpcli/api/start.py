"""How a training begins: with drawn weights, with those of a checkpoint, or where its run was left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bpcli.api.checkpoint_config import merges_numbers, with_learned_labels
from bpcli.config.load import config_from_data, config_to_data, is_too_large
from bpcli.config.sections import Config
from bpcli.data.dataset import DataInfo
from bpcli.data.rows import LearnedRows, row_hashes
from bpcli.data.scaling import Scaler
from bpcli.data.sources.csv_lines import place_of
from bpcli.data.sources.labelled import Labelled
from bpcli.data.stream_batches import UNKNOWN, StreamBatches
from bpcli.errors import CheckpointError, DataError, UsageError, listed
from bpcli.experiment.task import with_task
from bpcli.nn.activations import AnyActivation
from bpcli.nn.arrays import Array
from bpcli.nn.layers import Normalization
from bpcli.optim.schedules import Bounded
from bpcli.runs.checkpoint import Saved, kept_slots, load_checkpoint, restore, restore_answers, restore_optimizer
from bpcli.runs.fingerprint import difference
from bpcli.runs.folder import checkpoint_at
from bpcli.training.events import Origin
from bpcli.training.experiment import Experiment
from bpcli.training.state import State


def require_learned_data(saved: Saved, config: Config, what: str) -> None:
    """Raise `CheckpointError` for data of other columns, targets or classes, which it is no use to `what` it on."""
    try:
        problems = other_data(saved, with_task(config).data.info())
    except DataError as error:
        problems = [str(error)]
    if problems:
        raise CheckpointError(f"cannot {what} {saved.path}: {'; '.join(problems)}")


def other_data(saved: Saved, now: DataInfo) -> list[str]:
    """How data differ from those that the checkpoint was trained on, and what to do; empty where they do not."""
    then = saved.info
    if then.feature_names and now.feature_names and then.feature_names != now.feature_names:
        return [_other_columns(then.feature_names, now.feature_names)]
    if then.features != now.features:
        return [f"it takes {then.features} features, and these data have {now.features}: give data of the same columns"]
    if then.class_names != now.class_names:
        return [f"its targets are {_classes(then.class_names)}, and those of these data {_classes(now.class_names)}"]
    if (then.targets, then.target_names) != (now.targets, now.target_names):
        had, have = (listed(info.target_names) or f"{info.targets} numbers" for info in (then, now))
        return [f"its targets are {had}, and those of these data {have}: give data of the same targets"]
    for name, was, found in zip(then.target_names, then.target_classes, now.target_classes, strict=False):
        if was != found:
            return [f"its {name} is {_classes(was)}, and that of these data {_classes(found)}"]
    return []


def _classes(names: tuple[str, ...]) -> str:
    return f"the classes {listed(names)}" if names else "numbers"


def _other_columns(then: tuple[str, ...], now: tuple[str, ...]) -> str:
    """The first differences between the names of features."""
    missing, added = ([name for name in one if name not in set(other)] for one, other in ((then, now), (now, then)))
    if not missing and not added:
        place = next(place for place, (was, found) in enumerate(zip(then, now, strict=True)) if was != found)
        where = f"its feature {place + 1} is {then[place]}, and that of these data {now[place]}"
        return f"{where}: put the columns in its order"
    lacks = f"these data lack its {_columns(missing)}" if missing else ""
    has = f"these data have {_columns(added)}, which it has not learned from" if added else ""
    return f"{' and '.join(filter(None, (lacks, has)))}: give data of the same columns"


def _columns(names: list[str]) -> str:
    return f"column{'s' * (len(names) > 1)} {listed(names)}"


def warm_start(saved: Saved, config: Config, experiment: Experiment, *, keep_optimizer: bool) -> State:
    """The state before the first step of a run of the resolved `config` from `saved`, its weights set in the network.

    They are the weights that the checkpoint answers with, and the optimizer begins anew; with `keep_optimizer` they
    are those that its training had come to, and the slots of the optimizer, the running average of the weights and the
    count of updates go on. Raises `CheckpointError` where the network, the data or the optimizer to keep are others.
    """
    problems = [*other_data(saved, experiment.info), *other_network(saved, config, experiment)]
    if keep_optimizer:
        problems += _other_optimizer(saved, config, experiment)
    if problems:
        raise CheckpointError(f"cannot start from {saved.path}: {'; '.join(problems)}")
    if keep_optimizer:
        return restore_optimizer(saved, experiment)
    restore_answers(saved, experiment.objective.network)
    return experiment.start()


def other_network(saved: Saved, config: Config, experiment: Experiment) -> list[str]:
    """Layers of another shape, or that compute something else."""
    network = experiment.objective.network
    then, now = _shapes(saved.tensors), _shapes({**network.parameters.views, **network.statistics.views})
    for name in {**then, **now}:
        if then.get(name) != now.get(name):
            old_shape, new_shape = (shapes.get(name, "not there") for shapes in (then, now))
            return [f"its {name} is {old_shape}, and here {new_shape}: write the same model"]
    trained = config_from_data(saved.config).model.layers
    for i, (old, new) in enumerate(zip(trained, config.model.layers, strict=True)):
        for was, found in ((old.normalization, new.normalization), (old.activation, new.activation)):
            if was != found:
                return [f"its layers[{i}] has {_shown(was)}, and here {_shown(found)}: write the same model"]
    return []


def _other_optimizer(saved: Saved, config: Config, experiment: Experiment) -> list[str]:
    was, is_now = config_from_data(saved.config).optimizer.name, config.optimizer.name
    if was != is_now:
        return [f"it was trained by {was}, and here by {is_now}: write the same optimizer, or reset its state"]
    then, now = kept_slots(saved), set(experiment.update.optimizer.init(experiment.objective.network.parameters.theta))
    if then != now:
        shown = (", ".join(sorted(slots)) or "nothing" for slots in (then, now))
        return ["its {} keeps {}, and here {}: write the same optimizer, or reset its state".format(was, *shown)]
    return []


def _shapes(arrays: dict[str, Array]) -> dict[str, tuple[int, ...]]:
    return {name: array.shape for name, array in arrays.items()}


def _shown(section: Normalization | AnyActivation | None) -> str:
    """`leaky_relu slope 0.01`"""
    if section is None:
        return "no normalization"
    values = asdict(section)
    return " ".join([values.pop("name"), *(f"{key} {value}" for key, value in values.items())])


MAY_CHANGE = (
    "name",
    "threads",
    "training.epochs",
    "checkpoint.every_steps",
    "early_stopping.patience",
    "early_stopping.min_delta",
    "data.file",
    "data.files",
    "data.cache_dir",
)
"""Sections and keys that say how long to train and how often to save: not what is learnt, nor what is best."""


def resumed_state(saved: Saved, config: Config, experiment: Experiment) -> State:
    """The state to go on from, its weights set in the experiment's network.

    Raises `CheckpointError` where `config` cannot go on with it.
    """
    _require_continuable(saved, config, experiment)
    state = restore(saved, experiment)
    _require_learned_rows(saved, experiment)
    return state


def _require_continuable(saved: Saved, config: Config, experiment: Experiment) -> None:
    """Raise `CheckpointError` unless going on with `config` is what an uninterrupted run would have done."""
    then, now = _flat(config_to_data(config_from_data(saved.config))), _flat(config_to_data(config))
    changed = [key for key in {**then, **now} if then.get(key) != now.get(key) and not _may_change(key)]
    if changed:
        listed = "; ".join(f"{key} was {then.get(key)} and is {now.get(key)}" for key in changed[:3])
        more = f" (and {len(changed) - 3} more)" if len(changed) > 3 else ""
        if "schedule.length" in changed:
            more += _about_length(config_from_data(saved.config))
        raise CheckpointError(
            f"cannot resume {saved.path} with another config: {listed}{more}; "
            f"on resume only {', '.join(MAY_CHANGE)} may change; --from {saved.path} starts a new run with its weights"
        )
    begun = saved.counters.epoch + (saved.counters.batch > 0)
    if experiment.epochs is not None and experiment.epochs < begun:
        raise CheckpointError(
            f"{saved.path} is of epoch {begun}, and training.epochs is {experiment.epochs}: give {begun} or more"
        )
    same_scaling = np.array_equal(saved.scaler.shift, experiment.scaler.shift) and np.array_equal(
        saved.scaler.factor, experiment.scaler.factor
    )
    is_stream = isinstance(experiment.batches, StreamBatches)  # whose rows are read on the way to where it goes on
    same_examples = is_stream or saved.data_sha256 == experiment.data_sha256
    if saved.info != experiment.info or not same_scaling or not same_examples:
        raise CheckpointError(
            f"cannot resume {saved.path}: the data are not those it was trained on; restore them, or start a new run"
        )


def _about_length(then: Config) -> str:
    """How to train for longer than a schedule was made for; nothing where its rate would be 0."""
    schedule = then.schedule
    if not isinstance(schedule, Bounded) or schedule.length is None:
        return ""
    if not schedule.last_factor:
        return f"; {schedule.name} ends at a learning rate of 0, where nothing more is learned"
    rate = then.optimizer.learning_rate * schedule.last_factor
    return f"; schedule.length={schedule.length} goes on with the rate where it ended, {rate:.3g}"


def why_no_more(saved: Saved, experiment: Experiment) -> Iterator[str]:
    """Why a resumed run learns nothing more though it has epochs left, and what to write."""
    counters, patience, schedule = saved.counters, experiment.patience, experiment.schedule
    if experiment.epochs is not None and counters.epoch >= experiment.epochs:
        return
    if patience is not None and counters.patience_wait >= patience.evaluations:
        more = counters.patience_wait + patience.evaluations
        yield (
            f"early stopping has ended this run after epoch {counters.epoch}, and does so again: "
            f"early_stopping.patience={more} goes on"
        )
    elif isinstance(schedule, Bounded) and schedule.has_ended(getattr(counters, schedule.per), at=0.0):
        yield (
            f"{schedule.name} has come to its end, a learning rate of 0, where nothing more is learned: "
            f"--from {saved.path} starts a new run with these weights"
        )


def _require_learned_rows(saved: Saved, experiment: Experiment) -> None:
    """Raise `CheckpointError` where a stream begins with other rows than those that were learned from."""
    batches = experiment.batches
    if not isinstance(batches, StreamBatches) or UNKNOWN in (saved.data_sha256, batches.sha256):
        return
    if saved.data_sha256 != batches.sha256:
        raise CheckpointError(
            f"cannot resume {saved.path}: the first {saved.counters.position} rows of {place_of(batches.stream.file)} "
            "are not those it has learned from; put them back, with new rows at the end, "
            f"or start a new run with its weights: --from {saved.path}"
        )


def _may_change(key: str) -> bool:
    return any(key == allowed or key.startswith((f"{allowed}.", f"{allowed}[")) for allowed in MAY_CHANGE + _LABELS)


_LABELS = ("data.task", "data.classes", "data.class_aliases")
"""Keys that are compared by what they make of the data."""


def _flat(value: Any, prefix: str = "") -> dict[str, Any]:
    """Nested data as dotted keys and plain values."""
    if isinstance(value, dict):
        items = [(f"{prefix}.{key}" if prefix else key, part) for key, part in value.items()]
    elif isinstance(value, list):
        items = [(f"{prefix}[{i}]", part) for i, part in enumerate(value)]
    else:
        return {prefix: value}
    return {key: leaf for path, part in items for key, leaf in _flat(part, path).items()}


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
