"""What a new run may write over."""

from __future__ import annotations

from pathlib import Path

from bpcli.config.load import config_to_yaml, load_config
from bpcli.errors import BpcliError, CheckpointError
from bpcli.training.files import open_to_read
from bpcli.training.log import FIRST_COLUMNS
from bpcli.training.run_folder import RunFolder


def require_own_files(folder: RunFolder) -> None:
    """Raise `CheckpointError` if the folder has a config.yaml or log.csv that is not as a run of bpcli leaves it."""
    for path, is_own in ((folder.config, _is_own_config), (folder.log, _is_own_log)):
        if path.exists() and not is_own(path):
            raise CheckpointError(
                f"{path} is not of a run of bpcli, and would be overwritten: choose another folder with -o"
            )


def _is_own_config(path: Path) -> bool:
    """bpcli writes every default out, in one order and form."""
    try:
        return config_to_yaml(load_config(path)).encode() == path.read_bytes()
    except (BpcliError, OSError):
        return False


def _is_own_log(path: Path) -> bool:
    """It begins as a log does, or was cut off before that."""
    begin = ",".join(FIRST_COLUMNS).encode()
    try:
        with open_to_read(path) as file:
            return begin.startswith(file.read(len(begin)))
    except OSError:
        return False
