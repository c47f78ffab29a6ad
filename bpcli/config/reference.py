"""The config reference, as Markdown, read off the sections themselves: `python -m bpcli.config.reference`."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from typing import Any

from bpcli.config.fields import child, choices, describe, fields_of, key_docs, sections
from bpcli.config.sections import Config

HEADER = """# Config reference

Every section and key, with what is allowed, its default, the formula behind it and where that comes from. Written by
`python -m bpcli.config.reference` from the code itself; `bpcli schema` gives the same to an editor.

A bare word is short for `{name: word}`, and a number among the layers for `{units: number}`. A
config holds at most 10,000 keys and values with its defaults written out: larger tables belong into a CSV or NPZ file.
"""


def reference() -> str:
    """A part for every section, the top level first, each followed by the sections that stand in it."""
    return "\n\n".join([HEADER.rstrip(), *_part("Top level", [Config], seen=set())]) + "\n"


def _part(title: str, members: list[type], *, seen: set[type]) -> Iterator[str]:
    """What may stand at one place: a section, or one of several by name; then what stands in it."""
    members = [member for member in dict.fromkeys(members) if member not in seen]
    if not members:
        return
    seen.update(members)
    yield f"## {title}"
    shared = _shared_keys(members)
    if shared:
        yield "All of these have the keys below, with these defaults where they state no other:"
        yield _table(members[0], shared)
    for member in members:
        if names := _names(member):
            yield f"### {', '.join(f'`{name}`' for name in names)}"
        if member is not Config:
            yield _text(member, names)
        keys = [key for key in _keys(member) if key not in shared or _row(member, key) != _row(members[0], key)]
        if keys:
            yield _table(member, keys)
    for member in members:
        for key in _keys(member):
            hint = fields_of(member)[key]
            yield from _part(_place(title, key), sections(hint), seen=seen)
            if entries := sections(child(hint, None, 0)):
                yield from _part(f"{_place(title, key)}[i]", entries, seen=seen)


def _place(title: str, key: str) -> str:
    """The dotted place of a key below the part called `title`."""
    above = "" if title == "Top level" else title.strip("`") + "."
    return f"`{above}{key}`" if above in ("", "model.") else f"`{key}`"


def _shared_keys(members: list[type]) -> list[str]:
    """Keys that all members of several have, with one meaning."""
    if len(members) == 1:
        return []
    alike = [{_row(member, key)[:2] + _row(member, key)[3:] for key in _keys(member)} for member in members]
    common = set.intersection(*alike)
    return [key for key in _keys(members[0]) if _row(members[0], key)[:2] + _row(members[0], key)[3:] in common]


def _table(section: type, keys: list[str]) -> str:
    head = ["| key | allowed | default | meaning |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *(f"| {' | '.join(_row(section, key))} |" for key in keys)])


def _row(section: type, key: str) -> tuple[str, str, str, str]:
    field: Field[Any] = next(field for field in fields(section) if field.name == key)
    hint = fields_of(section)[key]
    meaning = key_docs(section).get(key, "")
    return f"`{key}`", _cell(_allowed(hint)), _default(field), _cell(meaning)


def _allowed(hint: Any) -> str:
    if sections(child(hint, None, 0)):
        return "list of sections, below"
    if sections(hint) and not choices(hint):
        return "section, below"
    return describe(hint).removesuffix(", or null")


def _keys(section: type) -> list[str]:
    """The keys of a section but the one that chooses it."""
    return [key for key in fields_of(section) if key != "name" or not _names(section)]


def _names(section: type) -> list[str]:
    """The names by which a section is chosen."""
    return list(choices(section))


def _text(section: type, names: list[str]) -> str:
    """The docstring of a section, without the name before it."""
    text = inspect.cleandoc(section.__doc__ or "")
    before, colon, rest = text.partition(": ")
    return rest if colon and before in names else text


def _default(field: Field[Any]) -> str:
    if field.default is MISSING:
        return "required"
    if field.default is None or field.default in ("", ()):
        return ""
    name = getattr(field.default, "name", None)
    if hasattr(field.default, "__dataclass_fields__"):
        return f"`{name}`" if name else ""
    value = str(field.default).lower() if isinstance(field.default, bool) else field.default
    return f"`{value}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    print(reference(), end="")
