"""How much a config holds once its defaults are written out, for what is written has to be readable again."""

from __future__ import annotations

from typing import Any

from bpcli.config.compose import MOST_VALUES

MOST_CHARACTERS = 80_000
"""Of all keys and values together: escaped and laid out they stay below the largest file that is read."""


def is_too_large(data: dict[str, Any]) -> bool:
    """Whether plain data, written as YAML, would be refused for its size."""
    values, characters = _extent(data)
    return values > MOST_VALUES or characters > MOST_CHARACTERS


def _extent(value: Any) -> tuple[int, int]:
    """Keys and values, as `compose` counts them, and their characters."""
    if not isinstance(value, dict | list):
        return 1, len(str(value))
    extents = [_extent(below) for below in (value.values() if isinstance(value, dict) else value)]
    values, characters = 1 + sum(count for count, _ in extents), sum(length for _, length in extents)
    return (values + len(value), characters + sum(map(len, value))) if isinstance(value, dict) else (values, characters)
