"""Every member of the unions that a config chooses from, so that no test depends on a list that somebody keeps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import MISSING, fields
from itertools import product
from typing import Any, Literal, get_args, get_origin, get_type_hints


def members(union: Any, **samples: Any) -> list[Any]:
    """Make every member of `union` with its defaults, and once for each value of a literal that has no default.

    What else has no default is taken from `samples`, by the name of the field.
    """
    return [made for member in get_args(union) for made in _made(member, samples)]


def covering(union: Any, cases: Iterable[Any]) -> list[Any]:
    """Return `cases`, each a member of `union`, after a check that no member is missing."""
    cases = list(cases)
    missing = set(get_args(union)) - {type(case) for case in cases}
    assert not missing, f"no case for {', '.join(sorted(member.__name__ for member in missing))}"
    return cases


def _made(member: Any, samples: dict[str, Any]) -> list[Any]:
    hints = get_type_hints(member, include_extras=True)
    needed = [f.name for f in fields(member) if f.default is MISSING and f.default_factory is MISSING]
    choices = [
        get_args(hints[name]) if get_origin(hints[name]) is Literal else (samples[name],)
        for name in needed
        if name in samples or get_origin(hints[name]) is Literal
    ]
    assert len(choices) == len(needed), f"{member.__name__} needs {needed}: give a sample of each"
    return [member(**dict(zip(needed, values, strict=True))) for values in product(*choices)]
