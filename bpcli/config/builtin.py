"""The configs that come with bpcli, to start from."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import bpcli
from bpcli.errors import UsageError

MODELINE = "# yaml-language-server: $schema=bpcli.schema.json"
"""First line of each: editors then check and complete it by the schema beside it, as `bpcli schema` prints it."""


class BuiltinConfig(NamedTuple):
    name: str
    """xor, or origins/1 for one in a folder"""
    description: str
    """one line"""
    text: str


def builtin_configs() -> list[BuiltinConfig]:
    """All of them, by name."""
    folder = _folder()
    paths = [*sorted(folder.glob("*.yaml")), *sorted(folder.glob("*/*.yaml"))]
    return [_read(path, path.relative_to(folder).with_suffix("").as_posix()) for path in paths]


def builtin_config(name: str) -> BuiltinConfig:
    """The one called `name`. Raises `UsageError` that lists those there are."""
    configs = {config.name: config for config in builtin_configs()}
    if name not in configs:
        raise UsageError(f"there is no built-in config '{name}': there are {', '.join(configs)}")
    return configs[name]


def _read(path: Path, name: str) -> BuiltinConfig:
    text = path.read_text(encoding="utf-8").replace("$schema=../", "$schema=", 1)
    description = text.removeprefix(MODELINE).lstrip().partition("\n")[0]
    return BuiltinConfig(name, description.removeprefix("# "), text)


def _folder() -> Path:
    """Inside the package where it is installed from a wheel, beside it in a checkout."""
    package = Path(bpcli.__file__).parent
    inside = package / "configs"
    return inside if inside.is_dir() else package.parent / "configs"
