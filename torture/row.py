"""A row of the table: a test, how large, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

Case = TypeVar("Case")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Size:
    """How much of each row is done."""

    name: str
    share: float
    """of the full number of cases"""
    workers: int
    """processes at once"""

    def of(self, full: int, at_least: int = 1) -> int:
        """That share of the `full` number of cases."""
        return max(round(full * self.share), at_least)

    def each(self, hit: Callable[[Case], Answer], cases: Iterable[Case]) -> list[Answer]:
        """What `hit` answers of each case, in their order."""
        with ThreadPoolExecutor(self.workers) as pool:
            return list(pool.map(hit, cases))


@dataclass
class Outcome:
    """What came of a row."""

    cases: int
    """tried"""
    figures: str = ""
    """what is worth knowing besides, in words"""
    failures: list[str] = field(default_factory=list)
    """each what was expected and what was found"""


@dataclass(frozen=True)
class Row:
    number: int
    title: str
    promise: str
    """what must hold"""
    run: Callable[[Size, Path], Outcome]
    """with a folder to work in"""


def failures_of(answers: Sequence[str | None]) -> list[str]:
    """The cases that went wrong, each in a sentence."""
    return [answer for answer in answers if answer]
