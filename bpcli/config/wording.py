"""Why a value is refused, in one sentence."""

from __future__ import annotations

import json
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from bpcli.config.fields import Option, describe, options, sections, within
from bpcli.config.scalars import resolve_plain
from bpcli.nn.layers import Dense

LONGEST_SHOWN = 40


def refusal(subject: str, hint: Any, value: Any) -> str:
    """What `subject` must be, what it is, and what to do where that is plain."""
    return f"{subject} must be {_wanted(hint, value)}, not {shown(value)}{_hint(hint, value)}"


def shown(value: Any) -> str:
    """A value that was given, in a few words."""
    if isinstance(value, dict):
        return "a section"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return f"'{value if len(value) <= LONGEST_SHOWN else value[:LONGEST_SHOWN] + '…'}'"
    return json.dumps(value)


def nearest(value: Any, words: Iterable[Any]) -> str:
    """The word that `value` is close to, as a question; empty where there is none."""
    close = get_close_matches(str(value).lower(), [str(word) for word in words], n=1)
    return f": did you mean {close[0]}?" if close else ""


def _wanted(hint: Any, value: Any) -> str:
    """The bounds alone for a value of the right type, else all that is allowed."""
    stated = [option for option in options(hint) if option.type is not type(None)]
    if len(stated) == 1 and _is_of(value, stated[0]) and stated[0].bounds:
        return within(stated[0].bounds)
    allowed = f"{'a number of units, or ' if sections(hint) == [Dense] else ''}{describe(hint)}"
    return allowed if value is None else allowed.removesuffix(", or null")


def _is_of(value: Any, option: Option) -> bool:
    return type(value) is option.type or (type(value) is int and option.type is float)


def _hint(hint: Any, value: Any) -> str:
    """What to do, where that is plain."""
    types = {option.type for option in options(hint)}
    if isinstance(value, str):
        if types & {int, float} and type(_meaning(value)) in (int, float):
            return ": leave out the quotes"
        return nearest(value, [word for option in options(hint) for word in option.literals])
    if type(value) is float and int in types and value.is_integer() and abs(value) < 2**53:
        return f": write {int(value)}"
    if type(value) in (int, float, bool) and str in types:
        return ": put it in quotes"
    return ""


def _meaning(text: str) -> Any:
    try:
        return resolve_plain(text)
    except ValueError:
        return None
