"""The labels of classes: how they are written, ordered, joined, and looked up."""

from __future__ import annotations

import json
import shlex
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

import numpy as np

from bpcli.errors import KeyPath, config_error, listed

Aliases = Mapping[str, str | int]
"""other spellings of labels, each with the class it stands for"""

CLASSES: KeyPath = ("data", "classes")
ALIASES: KeyPath = ("data", "class_aliases")

_MEANT = frozenset("#%&*/!?@\\")
"""punctuation that tells labels apart, as in C and C#"""

MOST_ALIASES = 10
"""that a message writes out"""


def written(value: object) -> str:
    """Write a label as text: trimmed, a whole number of whatever type in decimal."""
    if isinstance(value, float | np.floating):
        return np.format_float_positional(value, trim="-")
    return str(value).strip()


def ordered(labels: Iterable[str]) -> tuple[str, ...]:
    """Sort the different labels: as numbers where all are numbers, equal ones by their text, else by text."""
    different = sorted(set(labels))
    values = {label: value_of(label) for label in different}
    numbers = {label: value for label, value in values.items() if value is not None}
    return tuple(sorted(different, key=numbers.__getitem__) if len(numbers) == len(different) else different)


def value_of(label: str) -> Decimal | None:
    """Read a label as an exact number; None for anything else, and for what is not finite."""
    if "_" in label or not label.isascii():
        return None
    try:
        value = Decimal(label)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def stated_classes(classes: Iterable[str | int], aliases: Aliases | None) -> tuple[str, ...]:
    """The names of the classes that a config states. Raises `ConfigError` for what makes no classes."""
    names = tuple(written(name) for name in classes)
    if len(set(names)) < max(2, len(names)):
        raise config_error(CLASSES, "classes must be at least two names, each of them once")
    for alias, name in (aliases or {}).items():
        if written(name) not in names:
            raise config_error((*ALIASES, alias), f"{written(name)!r} is not one of the classes {listed(names)}")
        if alias in names:
            raise config_error((*ALIASES, alias), f"{alias!r} is one of the classes: leave it out here, or there")
    return names


class Spellings:
    """The labels that stand for each class: its name, its aliases, and every form of a number stated as one."""

    def __init__(self, classes: Iterable[str | int], aliases: Aliases | None) -> None:
        """`classes` are those that a config states. Raises `ConfigError` for an alias of an alias."""
        self._numbers = {Decimal(name): str(name) for name in classes if isinstance(name, int)}
        self.aliases = {written(alias): written(name) for alias, name in (aliases or {}).items()}
        for alias, name in self.aliases.items():
            if name in self.aliases:
                raise config_error((*ALIASES, alias), f"{name!r} is an alias itself: write the class it stands for")

    def name_of(self, label: str) -> str:
        """The name of the class that `label` stands for; the label itself, where nothing else is said of it."""
        if label in self.aliases or not self._numbers:
            return self.aliases.get(label, label)
        value = value_of(label)
        return label if value is None else self._numbers.get(value, label)

    def names_of(self, labels: Sequence[str]) -> list[str]:
        """`name_of` each."""
        names = {label: self.name_of(label) for label in set(labels)}
        return [names[label] for label in labels]


def look_alike(label: str, classes: Iterable[str]) -> str | None:
    """The one class that `label` spells otherwise: another form of its number, case, spaces or punctuation."""
    alike = [name for name in classes if name != label and _is_alike(label, name)]
    return alike[0] if len(alike) == 1 else None


def unknown_label(label: str, classes: tuple[str, ...], spellings: Spellings, others: Iterable[str] = ()) -> str:
    """Say that `label` is no class, and how to join it, and `others` like it, with those that they resemble."""
    message = f"{label!r} is not one of the classes {listed(classes)}"
    joined = {other: name for other in (label, *others) if (name := look_alike(other, classes))}
    return f"{message}; {join_hint(joined, spellings.aliases)}" if label in joined else message


def join_hint(joined: Mapping[str, str], stated: Mapping[str, str]) -> str:
    """Spell out the key that joins labels with classes, beside those it has joined, for a file and an argument."""
    alias, name = next(iter(joined.items()))
    value = json.dumps({**stated, **dict(list(joined.items())[:MOST_ALIASES])}, ensure_ascii=False)
    argument = shlex.quote(f"data.class_aliases={value}")
    return f"if {alias!r} means {name!r}, write data.class_aliases: {value} (as an argument: {argument})"


def _is_alike(one: str, other: str) -> bool:
    values = value_of(one), value_of(other)
    if values[0] is not None or values[1] is not None:
        return values[0] == values[1]
    return _essence(one) == _essence(other) != ""


def _essence(label: str) -> str:
    """The letters, digits and signs of a label, without case, spaces and punctuation."""
    kept = (c for c in label.casefold() if c in _MEANT or not (c.isspace() or unicodedata.category(c)[0] == "P"))
    return "".join(kept)
