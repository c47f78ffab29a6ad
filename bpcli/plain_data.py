"""Plain data for JSON: typed values out of what nobody has checked, and numbers without NaN, which JSON lacks."""

from __future__ import annotations

import math
import sys
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

_LARGEST = 2**63 - 1
"""Of a whole number; Python reads longer ones, and fails where it calculates with them."""


def build(hint: Any, data: Any, name: str) -> Any:
    """The value of type `hint` that `data` says, exactly: all fields of a dataclass and no others, no bool for an int.

    A whole number counts something, and so is never negative. Raises ValueError with the name of what is wrong.
    """
    arguments = get_args(hint)
    if is_dataclass(hint) and isinstance(hint, type) and isinstance(data, dict):
        hints = _hints(hint)
        if data.keys() == hints.keys():
            return hint(**{key: build(below, data[key], f"{name}.{key}") for key, below in hints.items()})
    elif isinstance(hint, UnionType):
        return build(_alternative(arguments, data), data, name)
    elif get_origin(hint) is dict and isinstance(data, dict):
        return {key: build(arguments[1], value, name) for key, value in data.items()}
    elif get_origin(hint) is tuple and isinstance(data, list):
        items = [arguments[0]] * len(data) if arguments[-1] is Ellipsis else arguments
        if len(data) == len(items):
            return tuple(build(below, value, name) for below, value in zip(items, data, strict=True))
    elif _is_scalar(hint, data):
        return data
    raise ValueError(name)


def _alternative(hints: tuple[Any, ...], data: Any) -> Any:
    """The one that is meant: None for nothing, else the first that `data` itself is, else the first."""
    scalars = (hint for hint in hints if isinstance(hint, type) and _is_scalar(hint, data))
    return next(scalars, hints[0])


def _is_scalar(hint: Any, data: Any) -> bool:
    if hint is int:
        return type(data) is int and 0 <= data <= _LARGEST
    if hint is float:
        return type(data) in (int, float) and not abs(data) > sys.float_info.max
    return hint in (str, bool, NoneType) and type(data) is hint


@cache
def _hints(dataclass: type) -> dict[str, Any]:
    hints = get_type_hints(dataclass)
    return {field.name: hints[field.name] for field in fields(dataclass)}


def finite(value: Any) -> Any:
    """Nested plain data, with None for each number that is not finite, and lists for tuples."""
    if isinstance(value, dict):
        return {key: finite(below) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [finite(below) for below in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
