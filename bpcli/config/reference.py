"""The config reference, as Markdown, read off the sections themselves: `python -m bpcli.config.reference`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from itertools import groupby
from typing import Any

from bpcli.config.docs import key_docs, section_doc
from bpcli.config.fields import choices, describe, fields_of, sections
from bpcli.config.sections import Config, Model
from bpcli.data.source import Source
from bpcli.nn.dense import Dense


def reference() -> str:
    """A table of every section, the top level first."""
    return "\n\n".join(_parts()) + "\n"


def _parts() -> Iterator[str]:
    yield _table("Top level", [Config])
    for key, hint in fields_of(Config).items():
        if named := choices(hint):
            yield _table(f"`{key}`", list(named.values()), common=Source if key == "data" else None)
        elif found := sections(hint):
            yield _table(f"`{key}`", found)
        if key == "model":
            yield _table("`model.layers[i]`", [Dense])
            yield _table("`init`", list(choices(fields_of(Model)["init"]).values()))


def _table(title: str, members: list[type], *, common: type | None = None) -> str:
    """The keys of one section, or of all that may stand at one place, those they have in common first."""
    rows = list(_rows(common)) if common else []
    shared = {key for key, *_ in rows}
    for keys, alike in groupby(dict.fromkeys(members), lambda member: [r for r in _rows(member) if r[0] not in shared]):
        for member in alike:
            if chosen := _chosen(member):
                rows.append((" ".join(f"**{name}**" for name in chosen), "", "", _sentence(member)))
        rows += keys
    head = "| key | allowed | default | meaning |\n| --- | --- | --- | --- |"
    return "\n".join([f"#### {title}", "", head, *(f"| {' | '.join(row)} |" for row in rows)])


def _rows(section: type) -> Iterator[tuple[str, str, str, str]]:
    by_name: dict[str, Field[Any]] = {field.name: field for field in fields(section)}
    for key, hint in fields_of(section).items():
        if key == "name" and section is not Config:
            continue
        allowed = "section" if key == "init" or (sections(hint) and not choices(hint)) else describe(hint)
        allowed = "list of units, or of sections" if key == "layers" else allowed.removesuffix(", or null")
        yield f"`{key}`", _cell(allowed), _default(by_name[key]), _cell(key_docs(section).get(key, ""))


def _chosen(section: type) -> list[str]:
    """The names by which a section is chosen."""
    return [name for name, chosen in choices(section).items() if chosen is section]


def _sentence(section: type) -> str:
    """What a section says of itself, without the name before it."""
    text = section_doc(section)
    return _cell(text.partition(": ")[2] if text.partition(": ")[0] in _chosen(section) else text)


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
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(reference(), end="")
