"""The config inside a checkpoint, with changes."""

from __future__ import annotations

from collections.abc import Sequence

from bpcli.config.load import config_from_data
from bpcli.config.sections import Config
from bpcli.errors import UsageError
from bpcli.training.checkpoint import Saved

_STATED_BY_LAYERS = {
    *(f"model.{key}" for key in ("activation", "init", "bias_init", "dropout")),
    *(f"regularization.{key}" for key in ("l1", "l2", "max_norm")),
}
"""What layers that do not state it take over; those of a checkpoint state everything."""


def checkpoint_config(saved: Saved, overrides: Sequence[str]) -> Config:
    """The resolved config of a checkpoint with `key=value` changes.

    Raises `ConfigError`, and `UsageError` for a change that could not have an effect.
    """
    for override in overrides:
        key = override.partition("=")[0].strip()
        if key in _STATED_BY_LAYERS:
            own = f"model.layers[0].{key.rpartition('.')[2]}"
            raise UsageError(f"{key} would change nothing: each layer of a checkpoint states it, so write {own}=...")
    return config_from_data(saved.config, overrides)
