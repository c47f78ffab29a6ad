"""The short forms of a config written out."""

from __future__ import annotations

from typing import Any

from bpcli.config.fields import child, choices, default_name, section_of, sections
from bpcli.nn.layers import Dense


def expand(value: Any, hint: Any) -> Any:
    """`value` with `loss: mse` as `loss: {name: mse}`, and `layers: [128, 10]` as `layers: [{units: 128}, ...]`.

    A bare word stands for every section that has a name, and a section without one is that of the default.
    """
    if isinstance(value, str) and choices(hint):
        return {"name": value}
    if type(value) is int and sections(hint) == [Dense]:
        return {"units": value}
    if isinstance(value, dict):
        section = section_of(hint, value)
        return {key: expand(named(below, section, key), child(hint, value, key)) for key, below in value.items()}
    if isinstance(value, list):
        return [expand(below, child(hint, value, index)) for index, below in enumerate(value)]
    return value


def named(value: Any, section: type | None, key: str) -> Any:
    """`value` at the `key` of a section, with the name of the default where it is a section that has none."""
    name = default_name(section, key)
    return {"name": name, **value} if name and isinstance(value, dict) and "name" not in value else value
