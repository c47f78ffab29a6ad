"""What a plain (unquoted) YAML scalar means: the core schema of YAML 1.2, where PyYAML follows the 1.1 of 2005.

So `1e-4` is a number, and `off`, `yes`, `1:30` and `2024-01-01` are text. Infinities and NaN are refused, for no
key of a config can be one.
"""

from __future__ import annotations

import math
import re

Scalar = None | bool | int | float | str

NO_TEXT = "this text has a character that no text may have"
MOST_DIGITS = 100
"""Of an integer; a seed of 128 bits has 39."""

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def is_text(text: str) -> bool:
    """Whether a path or a file can hold it: it has no NUL, and no half of a character (a surrogate)."""
    return not any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text)


def resolve_plain(text: str) -> Scalar:
    """The value of a plain scalar. Raises ValueError, with a sentence, for numbers that no key can hold."""
    if text in _WORDS:
        return _WORDS[text]
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"{text} is not allowed: write a finite number")
    if _INTEGER.fullmatch(text) or _OTHER_BASE.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        value = float(text)
        if math.isinf(value):
            raise ValueError(f"{text} is too large: write a number below 1.8e308")
        return value
    return text


def _integer(text: str) -> int:
    """Limited as decimals, which it is written in again, whatever the base."""
    digits = len(text)
    if digits <= MOST_DIGITS:
        number = int(text, 0) if text[:2] in ("0o", "0x") else int(text)
        digits = len(str(number))
        if digits <= MOST_DIGITS:
            return number
    raise ValueError(f"a number of {digits} digits is not allowed: write one of at most {MOST_DIGITS}")
