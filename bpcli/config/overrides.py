"""`key=value` arguments, which change a config as if the file had said so.

A key is dotted, with `[i]` or `.i` for the entry of a list; a value is YAML, by the rules of the file. Setting a
section replaces it (`data=iris`, `optimizer={name: sgd}`). Setting only the name of one (`data.name=iris`) keeps
the file's other keys, but for those that the new one does not have. Later arguments win.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bpcli.config.fields import choices, default_name, descend, fields_of, options, section_of
from bpcli.config.sections import Config
from bpcli.config.shorthand import expand, named
from bpcli.config.text.document import Document, MalformedError, Source, Span, printable
from bpcli.config.text.yaml_reader import compose
from bpcli.errors import KeyPath, dotted

LONGEST_SHOWN = 40

_PART = re.compile(r"\.?([A-Za-z_][\w-]*)|\.(\d+)|\[(\d+)\]")


def apply_overrides(document: Document, overrides: Sequence[str]) -> None:
    """Change `document`, whose short forms are written out, by each argument; problems are noted in it."""
    for number, text in enumerate(overrides, start=1):
        shown = printable(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")
        source = Source(f"argument '{shown}'", text, argument=number)
        try:
            _apply(document, source)
        except MalformedError as error:
            document.add(error.span, error.message)


def _apply(document: Document, source: Source) -> None:
    key, equals, text = source.text.partition("=")
    if not equals:
        raise MalformedError(
            Span(source, 0, 0, len(key)), "an override is written key=value, such as training.epochs=5"
        )
    places = _with_words(document, _parse_key(source, key))
    path = tuple(places)[-1]
    _open(document, places)
    document.forget(path)
    document.keys |= {place: span for place, span in places.items() if place not in document.keys}
    text = '"-"' if text == "-" else text  # standard input, which YAML would take for a list of nothing
    text = f'"{text}"' if text in (r"\t", "|") else text  # a tab and a bar, whose quotes the shell has taken
    value = compose(source, document, text=text, at=path, column=len(key) + 1)
    hint, _ = descend(Config, document.data, path)
    if path[-1] == "name":
        _switch(document, path[:-1], value)
    above = section_of(*descend(Config, document.data, path[:-1]))
    _container(document.data, path)[path[-1]] = expand(named(value, above, str(path[-1])), hint)


def _parse_key(source: Source, key: str) -> dict[KeyPath, Span]:
    """The place in the argument of every path on the way to the key, itself the last."""
    places: dict[KeyPath, Span] = {}
    path: KeyPath = ()
    at = 0
    while at < len(key) or not places:
        match = _PART.match(key, at)
        if match is None or (at == 0) == match[0].startswith((".", "[")):
            message = "a key is written with dots, such as optimizer.learning_rate or model.layers[0].units"
            raise MalformedError(Span(source, 0, at), message)
        word, *index = match.groups()
        part = word if word is not None else next(int(digits) for digits in index if digits is not None)
        path = (*path, part)
        size = len(str(part)) if word is not None else len(match[0])
        places[path] = Span(source, 0, match.end() - size, size)
        at = match.end()
    return places


def _with_words(document: Document, places: dict[KeyPath, Span]) -> dict[KeyPath, Span]:
    """The places with `.1` as the key "1" where it names a class, not an entry of a list."""
    named_places: dict[KeyPath, Span] = {}
    path: KeyPath = ()
    hint, value = Config, document.data
    for (*_, part), span in places.items():
        part = str(part) if any(option.is_mapping for option in options(hint)) else part
        section = section_of(hint, value)
        hint, value = descend(hint, value, (part,))
        if value is None and section is not None:  # a section that is not there yet is that of the default
            value = {"name": default_name(section, str(part))}
        path = (*path, part)
        named_places[path] = span
    return named_places


def _open(document: Document, places: dict[KeyPath, Span]) -> None:
    """Make the sections on the way to a key that are not there yet, and refuse a way that leads nowhere."""
    for path, span in places.items():
        container = _container(document.data, path)
        part, around = path[-1], dotted(path[:-1])
        if isinstance(part, int) and isinstance(container, list):
            if part >= len(container):
                raise MalformedError(
                    span, f"{around} has {len(container)} entries, counted from 0: there is no {dotted(path)}"
                )
        elif isinstance(part, int):
            raise MalformedError(span, f"{around} is not a list, so it has no [{part}]")
        elif isinstance(container, list):
            raise MalformedError(span, f"{around} is a list: write {around}[0].{part}")
        elif not isinstance(container, dict):
            raise MalformedError(span, f"{around} is not a section, so it has no key {part}")
        elif len(path) < len(places) and container.get(part) is None:
            hint, above = descend(Config, document.data, path[:-1])
            name = default_name(section_of(hint, above), part)
            container[part] = {"name": name} if name else {}


def _container(data: Any, path: KeyPath) -> Any:
    """What holds the last part of `path`."""
    for part in path[:-1]:
        data = data[part]
    return data


def _switch(document: Document, path: KeyPath, name: Any) -> None:
    """Drop the keys of the file that the section called `name` does not have."""
    hint, section = descend(Config, document.data, path)
    chosen = choices(hint).get(name) if isinstance(name, str) else None
    if chosen is None:
        return
    for key in [key for key in section if key not in fields_of(chosen)]:
        span = document.keys.get((*path, key))
        if span is None or not span.source.argument:
            del section[key]
            document.forget((*path, key))
