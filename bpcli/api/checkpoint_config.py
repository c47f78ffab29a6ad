"""The config inside a checkpoint, with changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bpcli.config.load import config_from_data
from bpcli.config.sections import Config
from bpcli.data.labelled import Labelled
from bpcli.data.stream import Stream
from bpcli.errors import UsageError
from bpcli.training.checkpoint import Saved

_STATED_BY_LAYERS = {
    *(f"model.{key}" for key in ("activation", "init", "bias_init", "dropout")),
    *(f"regularization.{key}" for key in ("l1", "l2", "max_norm")),
}
"""What layers that do not state it take over; those of a checkpoint state everything."""


def checkpoint_config(saved: Saved, overrides: Sequence[str]) -> Config:
    """The resolved config of a checkpoint with `key=value` changes, its task and classes stated.

    Raises `ConfigError`, and `UsageError` for a change that could not have an effect.
    """
    for override in overrides:
        key = override.partition("=")[0].strip()
        if key in _STATED_BY_LAYERS:
            own = f"model.layers[0].{key.rpartition('.')[2]}"
            raise UsageError(f"{key} would change nothing: each layer of a checkpoint states it, so write {own}=...")
    return with_learned_labels(config_from_data(saved.config, overrides), saved)


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
