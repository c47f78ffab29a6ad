"""A text that a config is read from, and places in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from bpcli.config.snippet import printable, snippet

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
