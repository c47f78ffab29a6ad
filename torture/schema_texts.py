"""Texts of configs drawn from the JSON Schema, legal by it unless a nasty value is asked for."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from functools import cache
from typing import Any

from bpcli.config.schema import json_schema

Tree = dict[str, "Tree"] | list["Tree"] | str
"""Of scalars as they are written."""

_TEXTS = (
    "a",
    "x.csv",
    "validation_loss",
    "train_loss",
    "label",
    "'1e5'",
    '"off"',
    "é",
    '"\\x1b"',
    "'a: b'",
    '""',
    "1:30",
)


def draw_config(draw: random.Random, *, illegal: float, values: Sequence[str]) -> str:
    """A config where each value is, with a chance of `illegal`, one of `values` instead of a legal one."""
    schema = _schema()
    tree = _Drawing(draw, illegal, values, fullness=draw.choice((0.02, 0.1, 0.5))).of(schema)
    if not isinstance(tree, dict) or draw.random() < 0.1:
        return _flow(tree)
    return _block(tree, draw)


@cache
def _schema() -> dict[str, Any]:
    return json_schema()


class _Drawing:
    def __init__(self, draw: random.Random, illegal: float, values: Sequence[str], fullness: float) -> None:
        self.draw, self.illegal, self.values, self.fullness = draw, illegal, values, fullness

    def of(self, schema: dict[str, Any]) -> Tree:
        if schema.get("type") != "object" and self.draw.random() < self.illegal:
            return self.draw.choice(self.values)
        if "$ref" in schema:
            return self.of(_schema()["$defs"][schema["$ref"].rpartition("/")[2]])
        for choice in ("anyOf", "oneOf"):
            if choice in schema:
                return self.of(self.draw.choice(schema[choice]))
        if "enum" in schema or "const" in schema:
            return _written(self.draw.choice(schema.get("enum") or [schema["const"]]))
        return getattr(self, f"_{schema['type']}")(schema)  # type: ignore[no-any-return]

    def _object(self, schema: dict[str, Any]) -> Tree:
        if "properties" not in schema:
            return {key: self.of(schema["additionalProperties"]) for key in self.draw.sample(("a", "b", "'1'"), 2)}
        keys = [
            key
            for key in schema["properties"]
            if key in schema.get("required", ()) or self.draw.random() < self.fullness
        ]
        if self.draw.random() < 0.2:
            self.draw.shuffle(keys)
        return {key: self.of(schema["properties"][key]) for key in keys}

    def _array(self, schema: dict[str, Any]) -> Tree:
        least = schema.get("minItems", 0)
        return [self.of(schema["items"]) for _ in range(self.draw.choice((least, 1, 2, 3)))]

    def _integer(self, schema: dict[str, Any]) -> str:
        least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        number = min(least + self.draw.choice((0, 0, 1, 3, 100, 10**12)), schema.get("maximum", 10**15))
        return self.draw.choice(
            (str(number), str(number), f"0x{number:x}", f"0o{number:o}", f"0{number}", f"+{number}")
        )

    def _number(self, schema: dict[str, Any]) -> str:
        least = schema.get("minimum", schema.get("exclusiveMinimum", -10))
        most = schema.get("maximum", schema.get("exclusiveMaximum", self.draw.choice((1, 1e3, 1e300))))
        number = self.draw.uniform(least, max(least, most))
        shapes = (str(number), f"{number:.3e}", f"{number:.2f}", f"{number:g}", f"{number:.0f}.", str(most), str(least))
        return self.draw.choice(shapes)

    def _string(self, schema: dict[str, Any]) -> str:
        return self.draw.choice(_TEXTS)

    def _boolean(self, schema: dict[str, Any]) -> str:
        return self.draw.choice(("true", "false", "True", "FALSE"))

    def _null(self, schema: dict[str, Any]) -> str:
        return self.draw.choice(("null", "~", "", "Null"))


def _written(value: Any) -> str:
    return value if isinstance(value, str) and value.isidentifier() else json.dumps(value, ensure_ascii=False)


def _flow(tree: Tree) -> str:
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{key}: {_flow(below)}" for key, below in tree.items()) + "}"
    return tree if isinstance(tree, str) else f"[{', '.join(map(_flow, tree))}]"


def _block(tree: dict[str, Tree], draw: random.Random, depth: int = 0) -> str:
    """Sections on lines of their own, or in braces, as it comes."""
    lines = []
    for key, below in tree.items():
        if isinstance(below, dict) and below and draw.random() < 0.7:
            lines.append(f"{'  ' * depth}{key}:\n{_block(below, draw, depth + 1)}")
        else:
            lines.append(f"{'  ' * depth}{key}: {_flow(below)}\n")
    return "".join(lines)
