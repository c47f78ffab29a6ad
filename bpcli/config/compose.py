"""YAML text to plain data, by the parser's events: every limit is kept before anything is built."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from bpcli.config.document import Document
from bpcli.config.scalars import NO_TEXT, Scalar, is_text, resolve_plain
from bpcli.config.source import MalformedError, Source, Span
from bpcli.config.text import LARGEST
from bpcli.config.yaml_errors import malformed
from bpcli.errors import KeyPath, dotted

DEEPEST = 64
MOST_VALUES = 10_000
"""Keys and values of one text, with those that an alias repeats."""


def compose(source: Source, document: Document, *, text: str, at: KeyPath = (), column: int = 0) -> Any:
    """The data in `text`, a part of `source` from `column` on; places and problems go to `document`, under `at`.

    Raises `MalformedError` where reading cannot go on. Text without any value is None.
    """
    return _Composer(source, document, text, column).compose(at)


class _Composer:
    def __init__(self, source: Source, document: Document, text: str, column: int) -> None:
        self.source, self.document, self.column = source, document, column
        self.events: Iterator[Any] = self._parse(text)
        self.anchors: dict[str, tuple[Any, int, int]] = {}
        self.count = self.characters = 0

    def compose(self, at: KeyPath) -> Any:
        next(self.events)  # the stream starts
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return None
        value = self._value(next(self.events), at, depth=0)
        next(self.events)  # the document ends
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise MalformedError(self._span(after, length=3), "a second document starts here: a config is only one")
        return value

    def _parse(self, text: str) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(text, Loader=yaml.SafeLoader)
        except (yaml.YAMLError, ValueError, OverflowError) as error:  # the last two: an escape like "\UFFFFFFFF"
            raise malformed(error, self.source, self.column) from None

    def _value(self, event: Any, path: KeyPath, *, depth: int) -> Any:
        self._count(event, 1)
        if isinstance(event, yaml.AliasEvent):
            return self._repeated(event, path)
        before, read = self.count, self.characters
        if depth > DEEPEST:
            raise MalformedError(self._span(event), f"nested more than {DEEPEST} levels deep")
        if event.tag is not None:
            span = self._span(event, length=len(event.tag))
            self.document.add(span, "a tag is not allowed: write the plain value", path)
        value: Any
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event, path)
        elif isinstance(event, yaml.MappingStartEvent):
            value = self._mapping(path, depth)
        else:
            value = self._sequence(path, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, self.count - before, self.characters - read)
        self._mark(event, path)
        return value

    def _scalar(self, event: Any, path: KeyPath) -> Scalar:
        self._end = event.end_mark
        text: str = event.value
        self.characters += len(text)
        try:
            if event.implicit[0]:
                return resolve_plain(text)
            if not is_text(text):
                raise ValueError(NO_TEXT)
        except ValueError as error:
            where = f"{dotted(path)}: " if path else ""
            self.document.add(self._span(event), f"{where}{error}", path)
            return None
        return text

    def _sequence(self, path: KeyPath, depth: int) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            values.append(self._value(event, (*path, len(values)), depth=depth + 1))
        self._end = event.end_mark
        return values

    def _mapping(self, path: KeyPath, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key, span = self._key(event), self._span(event)
            below = (*path, key)
            if key in values:
                first = self.document.keys[below]
                message = f"{dotted(below)} is given twice, first {self._position_of(first)}: keep one of the two"
                self.document.add(span, message, below)
                self._skip(depth)
            else:
                self.document.keys[below] = span
                values[key] = self._value(next(self.events), below, depth=depth + 1)
        self._end = event.end_mark
        return values

    def _key(self, event: Any) -> str:
        self._count(event, 1)
        if not isinstance(event, yaml.ScalarEvent):
            kind = "a section" if isinstance(event, yaml.MappingStartEvent) else "a list"
            kind = "an alias" if isinstance(event, yaml.AliasEvent) else kind
            raise MalformedError(self._span(event), f"a key has to be a word, not {kind}")
        if event.value == "<<" and event.implicit[0]:
            raise MalformedError(self._span(event), "merge keys (<<) are not supported: write the keys out")
        try:
            is_word = not event.implicit[0] or type(resolve_plain(event.value)) in (str, int)
        except ValueError:
            is_word = False
        if not is_word or event.tag is not None:
            shown = f", not {event.value}" if event.value else ""
            quoted = "" if event.tag is not None or not event.value else f": '{event.value}', in quotes, is one"
            raise MalformedError(self._span(event), f"a key has to be a word{shown}{quoted}")
        if not is_text(event.value):
            raise MalformedError(self._span(event), NO_TEXT)
        self.characters += len(event.value)
        return str(event.value)

    def _skip(self, depth: int) -> None:
        """Read the value of a key that was refused, and let go of it and its places."""
        spare = Document(self.source)
        kept, self.document = self.document, spare
        try:
            self._value(next(self.events), (), depth=depth + 1)
        finally:
            self.document = kept

    def _repeated(self, event: Any, path: KeyPath) -> Any:
        name = event.anchor
        span = self._span(event)
        if name not in self.anchors:
            raise MalformedError(span, f"there is no &{name} before this *{name}")
        value, size, characters = self.anchors[name]
        self._count(event, size)
        self.characters += characters
        if self.characters > LARGEST:  # validation makes a copy of each text that is repeated
            raise MalformedError(span, f"aliases repeat more than {LARGEST:,} characters")
        self.document.values[path] = span
        return value

    def _count(self, event: Any, more: int) -> None:
        self.count += more
        if self.count > MOST_VALUES:
            raise MalformedError(self._span(event), f"more than {MOST_VALUES:,} values")

    def _mark(self, event: Any, path: KeyPath) -> None:
        """Blocks have their keys to be found by, unless they are entries of a list; so have values left empty."""
        is_block = isinstance(event, yaml.CollectionStartEvent) and not event.flow_style
        is_entry = bool(path) and isinstance(path[-1], int)
        span = self._span(event, end=event.start_mark if is_block else self._end)
        if path and (is_entry or not is_block) and (is_block or event.start_mark.index < self._end.index):
            self.document.values[path] = span

    def _span(self, event: Any, *, length: int = 0, end: Any = None) -> Span:
        """The place of an event, to the end of its line at most."""
        start, end = event.start_mark, end or event.end_mark
        column = start.column + (self.column if start.line == 0 else 0)
        if not length:
            rest = len(self.source.lines[start.line]) - column if start.line < len(self.source.lines) else 0
            length = end.column - start.column if end.line == start.line else rest
        return Span(self.source, start.line, column, length)

    def _position_of(self, span: Span) -> str:
        return f"in column {span.column + 1}" if span.source.argument else f"on line {span.line + 1}"
