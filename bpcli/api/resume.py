"""Which runs a config may go on with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from bpcli.config.load import config_from_data, config_to_data
from bpcli.config.sections import Config
from bpcli.data.arriving import place_of
from bpcli.data.stream_batches import UNKNOWN, StreamBatches
from bpcli.errors import CheckpointError
from bpcli.optim.schedules import Bounded
from bpcli.training.checkpoint import Saved, restore
from bpcli.training.experiment import Experiment
from bpcli.training.state import State

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
