"""The config inside a checkpoint, with changes.

A checkpoint may come from a stranger, and its config names places on this machine. Nothing is written to any of them:
the one that a config has something written to, `data.cache_dir`, is the user's own unless it is given anew.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bpcli.config.load import config_from_data
from bpcli.config.sections import Config
from bpcli.data.paths import is_endless
from bpcli.data.sources.csv_table import Csv
from bpcli.data.sources.labelled import Labelled
from bpcli.data.sources.npz_arrays import Npz
from bpcli.data.sources.stream import Stream
from bpcli.errors import CheckpointError, UsageError
from bpcli.runs.checkpoint import Saved

_STATED_BY_LAYERS = {
    *(f"model.{key}" for key in ("activation", "init", "bias_init", "dropout")),
    *(f"regularization.{key}" for key in ("l1", "l2", "max_norm")),
}
"""What layers that do not state it take over; those of a checkpoint state everything."""


def checkpoint_config(saved: Saved, overrides: Sequence[str]) -> Config:
    """The resolved config of a checkpoint with `key=value` changes, its task and classes stated.

    Raises `ConfigError`, `UsageError` for a change that could not have an effect, and `CheckpointError` where the
    checkpoint alone names what may be read without end: a pipe, a device.
    """
    for override in overrides:
        key = override.partition("=")[0].strip()
        if key in _STATED_BY_LAYERS:
            own = f"model.layers[0].{key.rpartition('.')[2]}"
            raise UsageError(f"{key} would change nothing: each layer of a checkpoint states it, so write {own}=...")
    config = config_from_data(_without_cache_dir(saved.config), overrides)
    gives_file = any(override.partition("=")[0].strip() in ("data", "data.file") for override in overrides)
    if isinstance(config.data, Csv | Npz) and not gives_file and is_endless(os.path.expanduser(config.data.file)):
        raise CheckpointError(
            f"{saved.path} was trained on {config.data.file}, which is not a file: add data.file=FILE"
        )
    return with_learned_labels(config, saved)


def with_learned_labels(config: Config, saved: Saved) -> Config:
    """State in `config.data` the task and the classes that a checkpoint has learned, where none are stated.

    So they are not guessed anew from data that may not hold all classes.
    """
    data, info = config.data, saved.info
    if isinstance(data, Stream) and info.class_names and data.classes is None and not data.reconstructs:
        return replace(config, data=replace(data, classes=_learned_classes(saved)))
    if not isinstance(data, Labelled) or data.reconstructs or data.classes is not None:
        return config
    if info.class_names and data.task in (None, "classification"):
        return replace(config, data=data.changed(task="classification", classes=_learned_classes(saved)))
    if any(info.target_classes) and len(data.target_columns()) == len(info.target_classes):
        merges = merges_numbers(saved)
        classes = tuple(_by_value(names) if merges else names for names in info.target_classes)
        return replace(config, data=data.changed(task=None, classes=classes))
    if not info.class_names and not any(info.target_classes) and data.task is None and not data.class_aliases:
        return replace(config, data=data.changed(task="regression"))
    return config


def merges_numbers(saved: Saved) -> bool:
    """Whether this is a checkpoint of 0.2.0, which took 1, 1.0 and 01 for one class."""
    data = saved.config["data"]
    return not (isinstance(data, dict) and "class_aliases" in data)


def _learned_classes(saved: Saved) -> tuple[str | int, ...]:
    """The names of the classes, as they were stated if they were."""
    names = saved.info.class_names
    if merges_numbers(saved):
        return _by_value(names)
    then = config_from_data(saved.config).data
    stated = then.classes or () if isinstance(then, Labelled | Stream) else ()
    return tuple(name for name in stated if not isinstance(name, tuple)) or names


def _by_value(names: tuple[str, ...]) -> tuple[str | int, ...]:
    """Whole numbers as such, so that labels are compared with them by value."""
    return tuple(int(name) if name.removeprefix("-").isdecimal() and str(int(name)) == name else name for name in names)


def _without_cache_dir(config: dict[str, Any]) -> dict[str, Any]:
    data = config.get("data")
    return {**config, "data": {**data, "cache_dir": None}} if isinstance(data, dict) and "cache_dir" in data else config
