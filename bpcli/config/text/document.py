"""A config as plain data, with the place in the text that every key and value came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from unicodedata import combining, east_asian_width

from bpcli.errors import ConfigError, KeyPath, Problem

WIDEST = 100
"""Columns of a snippet, its indentation aside; longer lines are cut around the caret."""

INDENT = "    "


def snippet(line: str, start: int, length: int) -> str:
    """`line` without its indentation, and below it `^^^` under its characters `start` to `start + length`."""
    indentation = len(line) - len(line.lstrip(" \t"))
    start = max(start - indentation, 0)
    cells = [_printable(character) for character in line.strip(" \t")]
    first = max(0, min(start - WIDEST // 2, len(cells) - WIDEST))
    last = first + WIDEST
    before, after = "…" if first else "", "…" if last < len(cells) else ""
    pad = _width(before + "".join(cells[first:start]))
    carets = max(1, _width("".join(cells[start : min(start + length, last)])))
    return f"{INDENT}{before}{''.join(cells[first:last])}{after}\n{INDENT}{' ' * pad}{'^' * carets}"


def printable(text: str) -> str:
    """`text` with everything escaped that does not print, such as the control codes of a terminal."""
    return "".join(map(_printable, text))


def _printable(character: str) -> str:
    if character == "\t":
        return " "
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


def _width(text: str) -> int:
    """Columns of a terminal."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # what PyYAML counts as one


@dataclass(frozen=True)
class Source:
    """A file, or an argument of the command line."""

    name: str
    """how a report calls it: ``configs/xor.yaml``, ``argument 'seed=one'``"""
    text: str = ""
    argument: int = 0
    """which argument it is, from 1; 0 for a file"""

    @cached_property
    def lines(self) -> list[str]:
        return _LINE_BREAK.split(self.text)

    def position(self, line: int, column: int) -> str:
        """Where that is, counted from 0, for people, who count from 1."""
        if self.argument:
            return f"{self.name}, column {column + 1}"
        return f"{self.name}:{line + 1}:{column + 1}"


@dataclass(frozen=True)
class Span:
    """`length` characters of a line of a source; `line` and `column` count from 0."""

    source: Source
    line: int
    column: int
    length: int = 1

    @property
    def order(self) -> tuple[int, int, int]:
        """Files before arguments, and each from its beginning to its end."""
        return (self.source.argument, self.line, self.column)

    def report(self, message: str) -> str:
        """The message, led by the place, with the line and a caret below."""
        text = self.source.lines[self.line] if self.line < len(self.source.lines) else ""
        head = printable(f"{self.source.position(self.line, self.column)}: {message}")
        return f"{head}\n{snippet(text, self.column, self.length)}" if text.strip() else head


class MalformedError(Exception):
    """A text that is not YAML, or not YAML that a config may be written in."""

    def __init__(self, span: Span, message: str) -> None:
        super().__init__(message)
        self.span, self.message = span, message


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
