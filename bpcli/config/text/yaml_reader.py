"""YAML text to plain data, by the parser's events: every limit is kept before anything is built."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from bpcli.config.text.document import Document, MalformedError, Source, Span
from bpcli.config.text.scalars import NO_TEXT, Scalar, is_text, resolve_plain
from bpcli.errors import ConfigError, KeyPath, Problem, dotted

LARGEST = 1 << 20
"""Bytes of a config file, and characters that its values may come to where aliases repeat them."""

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_source(path: Path) -> Source:
    """The UTF-8 text in the file. Raises `ConfigError` where it cannot be had, `MalformedError` where it is no text."""
    content = _read(path)
    if content.startswith(_UTF16):
        raise _refused(f"{path} is UTF-16: save it as UTF-8")
    try:
        return Source(str(path), content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        before = Source(str(path), content[: error.start].decode("utf-8-sig"))
        span = Span(before, len(before.lines) - 1, len(before.lines[-1]))
        raise MalformedError(
            span, f"the byte 0x{content[error.start]:02x} is not UTF-8: is this a text file?"
        ) from None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise _refused(f"there is no file {path}") from None
    except IsADirectoryError:
        raise _refused(f"{path} is a folder, not a config file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise _refused(f"cannot read {path}: {reason}") from None
    if len(content) > LARGEST:
        raise _refused(f"{path} is larger than 1 MiB, so it is not a config")
    return content


def _refused(message: str) -> ConfigError:
    return ConfigError([Problem((), message)])


_WORDING = (
    (r"mapping values are not allowed", "a ':' cannot stand here: put the key on a line of its own, or quote the text"),
    (r"could not find expected ':'", "this line is no 'key: value': a ':' is missing"),
    (r"found character '\\t'", "a tab cannot indent a line: use spaces"),
    (r"found character '(.)' that cannot start", r"a value cannot start with '\1': quote it"),
    (r"expected <block end>", "this does not fit the lines above: look at the indentation and the quotes"),
    (r"expected ',' or '\]'", "a ',' or the closing ']' of a list is missing before this"),
    (r"expected ',' or '\}'", "a ',' or the closing '}' of a section is missing before this"),
    (r"found unknown escape character", "an unknown escape in double quotes: use single quotes, or double the '\\\\'"),
    (r"expected the node content|did not find expected node", "a value is missing here"),
    (r"expected '<document start>'", "nothing may stand here: the value before it is complete"),
    (r"sequence entries are not allowed", "a '- ' cannot stand here: put it on a line of its own"),
)


_OPENING = ("[", "{", "'", '"')


def malformed(error: Exception, source: Source, column: int) -> MalformedError:
    """The `MalformedError` of what PyYAML raised; `column` is where in the source's first line its text began."""
    if isinstance(error, yaml.reader.ReaderError):
        return _unprintable(error, source, column)
    if not isinstance(error, yaml.MarkedYAMLError):
        return MalformedError(Span(source, 0, column), "this is not valid YAML: it has an escape for no character")
    message = _worded(error.problem or "")
    mark = error.problem_mark or error.context_mark
    opening = error.context_mark
    if opening is not None and mark is not None:
        first = source.text[opening.index + column :][:1]
        if first in _OPENING and not source.text[mark.index + column :].strip():
            mark, message = opening, f"what begins here with {first} is never closed"
        elif "expected ':'" in (error.problem or ""):
            mark = opening
    if mark is None:
        return MalformedError(Span(source, 0, column), message)
    line = min(mark.line, len(source.lines) - 1)
    at = mark.column + (column if line == 0 else 0) if line == mark.line else len(source.lines[line])
    return MalformedError(Span(source, line, at), message)


def _worded(problem: str) -> str:
    for pattern, wording in _WORDING:
        if match := re.search(pattern, problem):
            return match.expand(wording)
    return f"this is not valid YAML: {problem.replace('<stream end>', 'the end of the text')}"


def _unprintable(error: yaml.reader.ReaderError, source: Source, column: int) -> MalformedError:
    before = Source(source.name, source.text[: column + error.position]).lines
    span = Span(source, len(before) - 1, len(before[-1]))
    return MalformedError(span, f"the character U+{int(error.character):04X} does not belong into a text")


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
