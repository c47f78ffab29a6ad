"""Every error bpcli raises on purpose, in one tree.

    BpcliError                 exit code 1
    ├── UsageError             2   what the user gave cannot be used
    │   ├── ConfigError        2   the config, with every problem found and where it stands
    │   ├── DataError          2   a data set, or a file of one
    │   └── CheckpointError    2   a checkpoint or a run folder
    ├── OutputError            1   a file of the run could not be written
    ├── OutOfMemoryError       1   the system gave no more memory
    └── DivergedError          3   a loss, gradient or weight is not finite

A message is one sentence: what is wrong, where, what is allowed, what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

KeyPath = tuple[str | int, ...]
"""Where a value stands in a config: ``("model", "layers", 1, "units")``."""


class BpcliError(Exception):
    """Something went wrong that a user can understand and mend."""

    exit_code = 1


class UsageError(BpcliError):
    """What the user gave cannot be used."""

    exit_code = 2


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a config. `at_key` points at the key itself, not at its value."""

    path: KeyPath
    message: str
    at_key: bool = False

    def __str__(self) -> str:
        text = f"{dotted(self.path)}: {self.message}" if self.path else self.message
        return text.replace("\n", "\\n")  # that a name may have: a problem is one line


class ConfigError(UsageError):
    """A config is not valid; `problems` lists all that was found in one pass."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def config_error(path: KeyPath, message: str) -> ConfigError:
    """The `ConfigError` of a single problem."""
    return ConfigError([Problem(path, message)])


class DataError(UsageError):
    """A data set cannot be had, or a file of one is not what it should be."""


class CheckpointError(UsageError):
    """A checkpoint or run folder cannot be read, written or continued."""


class OutputError(BpcliError):
    """A file of the run could not be written."""


class OutOfMemoryError(BpcliError):
    """The system gave no more memory, though what was asked for might have fit."""


class DivergedError(BpcliError):
    """A loss, gradient or weight is not finite any more."""

    exit_code = 3


def listed(names: Iterable[object], most: int = 10) -> str:
    """Name the first `most` of some things that may be thousands: ``a, b, c ... (1,000 in all)``."""
    words = [str(name) for name in names]
    more = f" ... ({len(words):,} in all)" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def dotted(path: KeyPath) -> str:
    """``model.layers[1].units``, as a person writes it."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
