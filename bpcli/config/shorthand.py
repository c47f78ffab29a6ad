"""The short forms of a config written out."""

from __future__ import annotations

from typing import Any

from bpcli.config.fields import child, choices, sections
from bpcli.nn.dense import Dense


def expand(value: Any, hint: Any) -> Any:
    """`value` with `loss: mse` as `loss: {name: mse}`, and `layers: [128, 10]` as `layers: [{units: 128}, ...]`.

    A bare word stands for every section that has a name; there are no other short forms.
    """
    if isinstance(value, str) and choices(hint):
        return {"name": value}
    if type(value) is int and sections(hint) == [Dense]:
        return {"units": value}
    if isinstance(value, dict):
        return {key: expand(below, child(hint, value, key)) for key, below in value.items()}
    if isinstance(value, list):
        return [expand(below, child(hint, value, index)) for index, below in enumerate(value)]
    return value
