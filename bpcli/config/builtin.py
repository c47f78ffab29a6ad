"""The configs that come with bpcli, to start from."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from bpcli.errors import UsageError

SCHEMA = "bpcli.schema.json"
MODELINE = f"# yaml-language-server: $schema={SCHEMA}"
"""First line of a config with the schema beside it, by which editors then check and complete it."""


class BuiltinConfig(NamedTuple):
    name: str
    """xor, or origins/1 for one in a folder"""
    description: str
    """one line"""
    text: str
    """without a line that refers to a schema"""


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
    _, _, text = path.read_text(encoding="utf-8").partition("\n")  # the first line is a modeline
    return BuiltinConfig(name, text.partition("\n")[0].removeprefix("# "), text)


def _folder() -> Path:
    """Inside the package where it is installed from a wheel, beside it in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "configs"
    return inside if inside.is_dir() else package.parent / "configs"
