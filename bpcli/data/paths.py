"""Paths as a person writes them in a config."""

from __future__ import annotations

import os
from pathlib import Path

from bpcli.errors import config_error


def user_path(text: str, key: str) -> Path:
    """The path that the `data` key called `key` gives, with `~` as the home folder it stands for.

    Raises ConfigError where it stands for none: taken as it is, a file would be looked for, or a folder made, that is
    called `~`.
    """
    try:
        return Path(text).expanduser()
    except RuntimeError:
        home = Path(text).parts[0]
        raise config_error(("data", key), f"nothing says where the folder {home} is: write the whole path") from None


def is_endless(path: str | Path) -> bool:
    """Return whether a path is there, and is a pipe or a device, which may never end."""
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


def require_file(path: Path, key: str) -> None:
    """Raise ConfigError for what is there and no file: a folder, a pipe or a device."""
    if os.path.isdir(path) or is_endless(path):
        what = "a folder" if os.path.isdir(path) else "a pipe or a device"
        raise config_error(("data", key), f"{path} is {what}: give a file")
