"""A config as plain data, with the place in the text that every key and value came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bpcli.config.snippet import printable
from bpcli.config.source import Source, Span
from bpcli.errors import ConfigError, KeyPath, Problem

MOST_REPORTED = 20


class LocatedConfigError(ConfigError):
    """A `ConfigError` whose text shows each problem where it stands."""

    def __init__(self, problems: Iterable[Problem], report: str) -> None:
        super().__init__(tuple(problems))
        self.report = report

    def __str__(self) -> str:
        return self.report


@dataclass
class Document:
    """`data` as read, `keys` and `values` by path, and what is wrong already, whatever the keys mean."""

    source: Source
    data: dict[str, Any] = field(default_factory=dict)
    keys: dict[KeyPath, Span] = field(default_factory=dict)
    values: dict[KeyPath, Span] = field(default_factory=dict)
    """of scalars and of `{...}` and `[...]`; a block has none and is found by its key"""
    found: list[tuple[Span, Problem]] = field(default_factory=list)

    def add(self, span: Span, message: str, path: KeyPath = ()) -> None:
        """Note a problem of the text itself."""
        self.found.append((span, Problem(path, message)))

    def forget(self, path: KeyPath) -> None:
        """Drop the places of everything at `path` and below, and what was found there: something else stands there."""
        for places in (self.keys, self.values):
            for below in [known for known in places if _is_within(known, path)]:
                del places[below]
        self.found = [(span, problem) for span, problem in self.found if not _is_within(problem.path, path)]

    def require_valid(self, problems: Iterable[Problem] = ()) -> None:
        """Raise a located `ConfigError` of what is wrong with the text and of `problems` together, if anything is.

        Where the text itself is wrong, nothing more is said about that value.
        """
        broken = {problem.path for _, problem in self.found if problem.path}
        problems = [problem for problem in problems if broken.isdisjoint(_around(problem.path))]
        placed = [*self.found, *((self.span(problem), problem) for problem in problems)]
        if placed:
            raise self._error(placed)

    def locate(self, error: ConfigError) -> ConfigError:
        """The same problems, each with its file, line and column, the line and a caret."""
        if isinstance(error, LocatedConfigError):
            return error
        return self._error([(self.span(problem), problem) for problem in error.problems])

    @contextmanager
    def locating(self) -> Iterator[None]:
        """Locate a `ConfigError` that comes from inside, as building against the data may raise."""
        try:
            yield
        except ConfigError as error:
            raise self.locate(error) from None

    def whole(self, message: str) -> ConfigError:
        """The error about the text as a whole; `message` goes on where the name of the text leaves off."""
        text = printable(f"{self.source.name} {message}")
        return LocatedConfigError([Problem((), text)], text)

    def span(self, problem: Problem) -> Span | None:
        """The key or value a problem is about, or the nearest thing around it that stands in the text."""
        path = problem.path
        if problem.at_key and path in self.keys:
            return self.keys[path]
        for size in range(len(path), 0, -1):
            around = path[:size]
            place = self.values.get(around) or self.keys.get(around)
            if place:
                return place
        return None

    def _error(self, placed: list[tuple[Span | None, Problem]]) -> ConfigError:
        """Sorted from the beginning of the text to its end; what has no place comes first."""
        placed = sorted(dict.fromkeys(placed), key=lambda item: item[0].order if item[0] else (-1, 0, 0))
        reports = [self._report(span, problem) for span, problem in placed[:MOST_REPORTED]]
        if len(placed) > MOST_REPORTED:
            reports.append(f"... and {len(placed) - MOST_REPORTED} more problems")
        return LocatedConfigError([problem for _, problem in placed], "\n".join(reports))

    def _report(self, span: Span | None, problem: Problem) -> str:
        return span.report(problem.message) if span else printable(f"{self.source.name}: {problem.message}")


def _is_within(path: KeyPath, around: KeyPath) -> bool:
    return path[: len(around)] == around


def _around(path: KeyPath) -> Iterator[KeyPath]:
    """The path itself, and that of everything it is in but the whole."""
    return (path[:size] for size in range(1, len(path) + 1))
