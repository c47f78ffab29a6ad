"""The JSON Schema of a config, by which an editor completes and checks it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter

from bpcli.config.fields import child, choices, default_name, fields_of, key_docs, section_doc, sections
from bpcli.config.sections import Config
from bpcli.nn.layers import Dense


def json_schema() -> dict[str, Any]:
    """The schema (draft 2020-12), short forms included, with a description of every section and key."""
    schema = TypeAdapter(Config).json_schema()
    definitions = schema["$defs"] | {"Config": schema}
    for section in dict.fromkeys(_sections(Config)):
        definition = definitions[section.__name__]
        definition["description"] = section_doc(section)
        definition["additionalProperties"] = False  # which pydantic says of a nested section only from 2.14 on
        for key, hint in fields_of(section).items():
            properties = definition["properties"]
            properties[key] = _with_shorthand(properties[key], hint)
            if key in key_docs(section):
                properties[key]["description"] = key_docs(section)[key]
            if len(choices(hint)) > 1:
                for name, choice in choices(hint).items():
                    if name != default_name(section, key):
                        _require_name(definitions[choice.__name__])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "bpcli config"}


def _sections(hint: Any) -> Iterator[type]:
    """Every section that can stand at or below a hint."""
    for section in sections(hint):
        yield section
        for below in fields_of(section).values():
            yield from _sections(below)
    if (entry := child(hint, None, 0)) is not None:
        yield from _sections(entry)


def _with_shorthand(schema: dict[str, Any], hint: Any) -> dict[str, Any]:
    """The schema of a key that may also be a bare word, or of a list whose layers may be bare numbers."""
    if names := list(choices(hint)):
        kept: dict[str, Any] = {key: schema.pop(key) for key in ("default", "title", "description") if key in schema}
        return {**kept, "anyOf": [{"enum": names}, schema]}
    if sections(child(hint, None, 0)) == [Dense]:
        return {**schema, "items": {"anyOf": [{"type": "integer", "exclusiveMinimum": 0}, schema["items"]]}}
    return schema


def _require_name(definition: dict[str, Any]) -> None:
    required = definition.setdefault("required", [])
    if "name" not in required:
        required.insert(0, "name")
