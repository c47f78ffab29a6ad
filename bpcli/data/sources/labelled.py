"""What tells the targets of a user's own data: numbers to predict, or labels of classes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, Self

import numpy as np

from bpcli.data.labels import CLASSES, Aliases, Spellings, ordered, stated_classes, unknown_label
from bpcli.data.sources.base import Source
from bpcli.errors import config_error
from bpcli.nn.arrays import Array

Task = Literal["classification", "regression"]

MOST_GUESSED_CLASSES = 20
"""A column of text whose whole numbers have more different values than this is taken for numbers."""


class TargetColumn(NamedTuple):
    """A column of targets, as far as it says by itself what it is for."""

    kind: Literal["words", "whole", "fractions", "mixed"]
    """mixed: some cells are numbers and some are words"""
    values: int
    """how many different ones"""
    guess: Task | None
    """task to take where nothing is stated; None: there is none to take"""
    name: str = ""
    """of the column, where it has one"""


@dataclass(frozen=True, kw_only=True)
class Labelled(Source):
    """A source of the user's own, whose targets are numbers or classes."""

    task: Task | tuple[Task, ...] | None = None
    """for several target columns also a list; unset: as the loss and the outputs ask, else as the targets look"""
    classes: tuple[str | int | tuple[str | int, ...], ...] | None = None
    """names of the classes, in order, for data that may not hold them all; unset: those in the data, sorted"""
    class_aliases: Aliases | None = None
    """other spellings of labels, each with the class it stands for"""

    @abstractmethod
    def target_columns(self) -> tuple[TargetColumn, ...]:
        """Each column of targets. Raises what `load` does."""

    def with_tasks(self, tasks: tuple[Task, ...]) -> Self:
        """The same source with the task of each target column stated; what has been read is not read again."""
        return self.changed(task=tasks[0] if len(set(tasks)) == 1 else tasks)

    def changed(self, **keys: Any) -> Self:
        """The same source with other labels or tasks, which takes over what has been read."""
        other = replace(self, **keys)
        if "_content" in vars(self):
            vars(other)["_content"] = vars(self).pop("_content")
        return other

    def tasks(self, columns: int) -> tuple[Task | None, ...]:
        """The stated task of each of the target columns. Raises `ConfigError` for another number of them."""
        tasks = self.task if isinstance(self.task, tuple) else (self.task,) * columns
        if len(tasks) != columns:
            message = f"task has {len(tasks)} entries, but there are {columns} target columns: give as many"
            raise config_error(("data", "task"), message)
        if self.classes is None:
            return ("classification",) if self.task is None and self.class_aliases and columns == 1 else tasks
        by_classes: tuple[Task, ...] = tuple(
            "classification" if names else "regression" for names in self._classes_per_column(columns)
        )
        if self.task is not None and tasks != by_classes:
            raise config_error(CLASSES, "task and classes contradict each other: leave one of them out")
        return by_classes

    def class_names(self, labels: Iterable[str], column: int, columns: int) -> tuple[str, ...]:
        """The names of the classes of a target column that holds these labels, their aliases replaced."""
        return self._classes_per_column(columns)[column] or ordered(labels)

    def spellings(self, column: int = 0) -> Spellings:
        """The labels that stand for each class of a target column."""
        lists = [entry for entry in self.classes or () if isinstance(entry, tuple)]
        names = [entry for entry in self.classes or () if not isinstance(entry, tuple)]
        return Spellings(lists[column] if lists else names, self.class_aliases)

    def _classes_per_column(self, columns: int) -> tuple[tuple[str, ...], ...]:
        """The names of the classes that are stated of each target column; empty where none are."""
        if self.classes is None:
            return ((),) * columns
        lists = [entry for entry in self.classes if isinstance(entry, tuple)]
        names = [entry for entry in self.classes if not isinstance(entry, tuple)]
        if columns == 1 and not lists:
            return (stated_classes(names, self.class_aliases),)
        if names or len(lists) != columns:
            message = f"there are {columns} target columns: give a list of classes for each, [] for one of numbers"
            if columns == 1:
                message = "there is one target column: give its classes as one list, such as [no, yes]"
            raise config_error(CLASSES, message)
        return tuple(stated_classes(entry, None) if entry else () for entry in lists)


def numbered(labels: Sequence[str], names: tuple[str, ...]) -> Array:
    """The index `(M,)` of each label among the names. Raises `KeyError` for a label that is none of them."""
    numbers = {name: number for number, name in enumerate(names)}
    return np.fromiter(map(numbers.__getitem__, labels), np.intp, len(labels))


def refusal(labels: Sequence[str], names: tuple[str, ...], spellings: Spellings) -> tuple[int, str] | None:
    """The place of the first label that is none of the names, and what to say of it; None where all are."""
    known = set(names)
    unknown = dict.fromkeys(label for label in labels if label not in known)
    if not unknown:
        return None
    first, *others = unknown
    return labels.index(first), unknown_label(first, names, spellings, others)
