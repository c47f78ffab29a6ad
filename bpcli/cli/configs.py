"""The config that a verb is given by its path."""

from __future__ import annotations

from collections.abc import Sequence
from os.path import exists
from pathlib import Path
from typing import TYPE_CHECKING

from bpcli.errors import UsageError

if TYPE_CHECKING:
    from bpcli.config.sections import Config
    from bpcli.config.text.document import Document


def open_config(path: Path, overrides: Sequence[str]) -> tuple[Config, Document]:
    """`read_config`, with a hint where `path` is no file but the name of a built-in config. Raises `ConfigError`."""
    from bpcli.config.load import read_config

    require_not_builtin(path)
    return read_config(path, overrides)


def require_not_builtin(path: Path) -> None:
    """Raise `UsageError` if there is no such file, but a built-in config of that name."""
    from bpcli.config.builtin import builtin_configs

    if path.suffix in ("", ".yaml") and not exists(path) and path.stem in {name for name, *_ in builtin_configs()}:
        raise UsageError(f"there is no file {path}: 'bpcli init {path.stem}' writes the built-in config of that name")
