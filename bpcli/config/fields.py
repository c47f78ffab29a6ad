"""What a config may hold, read off the type hints of its sections.

A section is a dataclass. Where one of several may stand, the `name` in it says which.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from itertools import pairwise
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le, Lt

from bpcli.errors import KeyPath


@cache
def key_docs(section: type) -> dict[str, str]:
    """The docstring of each field of a section that has one, its own or inherited."""
    docs: dict[str, str] = {}
    for cls in reversed(section.__mro__[:-1]):
        if not hasattr(cls, "__dataclass_fields__"):
            continue
        body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
        assert isinstance(body, ast.ClassDef)
        for field, below in pairwise(body.body):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and (text := _text(below)):
                docs[field.target.id] = text
    return docs


def section_doc(section: type) -> str:
    """The first line of a section's docstring."""
    return inspect.cleandoc(section.__doc__ or "").partition("\n")[0]


def _text(statement: ast.stmt) -> str | None:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        value = statement.value.value
        return inspect.cleandoc(value) if isinstance(value, str) else None
    return None


@dataclass(frozen=True)
class Option:
    """One of the types that a hint allows, with its bounds."""

    type: Any
    bounds: tuple[Any, ...] = ()

    @property
    def is_section(self) -> bool:
        return is_dataclass(self.type)

    @property
    def is_mapping(self) -> bool:
        return get_origin(self.type) is Mapping

    @property
    def literals(self) -> tuple[Any, ...]:
        """The values of a `Literal`."""
        return get_args(self.type) if get_origin(self.type) is Literal else ()


def options(hint: Any, bounds: tuple[Any, ...] = ()) -> Iterator[Option]:
    """What a hint allows, one after the other: `Annotated[int, Gt(0)] | None` is a bounded int, and None."""
    origin = get_origin(hint)
    if origin is Annotated:
        yield from options(hint.__origin__, (*bounds, *hint.__metadata__))
    elif origin in (Union, UnionType):
        for alternative in get_args(hint):
            yield from options(alternative, bounds)
    else:
        yield Option(hint, bounds)


@cache
def fields_of(section: type) -> dict[str, Any]:
    """The hint of each key of a section, in order."""
    return {key: hint for key, hint in get_type_hints(section, include_extras=True).items() if key in _keys(section)}


def sections(hint: Any) -> list[type]:
    """The sections that a hint allows."""
    return [option.type for option in options(hint) if option.is_section]


def choices(hint: Any) -> dict[str, type]:
    """The sections of a hint by the name that chooses them; empty for a hint of no named sections."""
    return {
        name: section
        for section in sections(hint)
        for option in options(fields_of(section).get("name"))
        for name in option.literals
    }


def section_of(hint: Any, value: Any) -> type | None:
    """The section that `value` is meant to be, or None where that cannot be told."""
    found = sections(hint)
    if not isinstance(value, dict) or not found:
        return None
    if len(found) == 1:
        return found[0]
    name = value.get("name")
    return choices(hint).get(name) if isinstance(name, str) else None


def child(hint: Any, value: Any, part: str | int) -> Any:
    """The hint of one key, or of one entry, of `value`; None where nothing is known of it."""
    if isinstance(part, int):
        return next((get_args(option.type)[0] for option in options(hint) if get_origin(option.type) is tuple), None)
    section = section_of(hint, value)
    if section is not None:
        return fields_of(section).get(part)
    return next((get_args(option.type)[1] for option in options(hint) if option.is_mapping), None)


def default_name(section: type | None, key: str) -> str | None:
    """The name of the section that stands at `key` where none is given; None where there is no such section."""
    default = next((field.default for field in fields(section) if field.name == key), None) if section else None
    name = getattr(default, "name", None)
    return name if is_dataclass(default) and isinstance(name, str) else None


def descend(hint: Any, value: Any, path: KeyPath) -> tuple[Any, Any]:
    """The hint and the value at `path` below; None and None where there is nothing."""
    for part in path:
        hint = child(hint, value, part)
        if isinstance(value, dict):
            value = value.get(str(part))
        else:
            value = value[part] if isinstance(value, list) and isinstance(part, int) and part < len(value) else None
    return hint, value


def walk(hint: Any, value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any, Any]]:
    """KeyPath, hint and value of `value` and of everything in it that has a hint."""
    yield path, hint, value
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, below in parts:
        if (inner := child(hint, value, part)) is not None:
            yield from walk(inner, below, (*path, part))


def describe(hint: Any) -> str:
    """What a hint allows, in words: `a whole number greater than 0, or full`."""
    named = list(choices(hint))
    words = [_describe(option) for option in options(hint) if not (named and option.is_section)]
    if named:
        words = [listed(named, "or"), *words]
    return ", or ".join(words)


def within(bounds: tuple[Any, ...]) -> str:
    """Bounds in words: `at least 0 and less than 1`; empty for none."""
    words = [f"{word} {getattr(b, name)}" for b in bounds for kind, word, name in _BOUNDS if isinstance(b, kind)]
    return " and ".join(words)


def listed(names: list[Any] | tuple[Any, ...], last: str = "and") -> str:
    """`a, b and c`"""
    words = [shown_literal(name) for name in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def shown_literal(value: Any) -> str:
    """A word as it is, and anything else in double quotes."""
    text = str(value)
    escaped = text.replace("\t", "\\t")
    return text if text.isidentifier() or not isinstance(value, str) else f'"{escaped}"'


_BOUNDS = ((Gt, "greater than", "gt"), (Ge, "at least", "ge"), (Lt, "less than", "lt"), (Le, "at most", "le"))

_PLURALS = {int: "whole numbers", float: "numbers", str: "texts"}

_WORDS = {int: "a whole number", float: "a number", str: "text", bool: "true or false", NoneType: "null"}


def _describe(option: Option) -> str:
    if option.literals:
        return listed(option.literals, "or")
    if option.is_section:
        return f"a section with the keys {listed(list(_keys(option.type)))}"
    if option.is_mapping:
        return f"a section of class names, each with {describe(get_args(option.type)[1])}"
    if get_origin(option.type) is tuple:
        entry = get_args(option.type)[0]
        return "a list, such as [128, 10]" if sections(entry) else f"a list of {_plural(entry)}"
    return f"{_WORDS[option.type]} {within(option.bounds)}".rstrip()


def _plural(hint: Any) -> str:
    """Entries of a list: `numbers or lists of numbers`."""
    words = [
        f"lists of {_plural(get_args(option.type)[0])}"
        if get_origin(option.type) is tuple
        else listed(option.literals, "or")
        if option.literals
        else _PLURALS[option.type]
        for option in options(hint)
    ]
    return " or ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)


def _keys(section: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(section))
