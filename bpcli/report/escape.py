"""Text that may come from anybody, made safe to show."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, line separators, those that turn the direction of writing, and halves of a character."""


def escaped(text: str) -> str:
    r"""Return `text` as one line that a terminal can only show: `\x1b` in place of an escape character."""
    return _UNSAFE.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def escaped_lines(text: str) -> str:
    """Return `text` with each of its lines escaped."""
    return "\n".join(map(escaped, text.split("\n")))


def escaped_json(text: str) -> str:
    r"""Return JSON with the same meaning and nothing unsafe in it: `\u009b` in place of what JSON lets pass."""
    return "\n".join(_UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", line) for line in text.split("\n"))


def command(words: Iterable[str]) -> str:
    """Return a command line to paste, also where a path in it has characters that are not safe to show."""
    return " ".join(_shell_word(word) if _UNSAFE.search(word) else shlex.quote(word) for word in words)


def _shell_word(word: str) -> str:
    r"""`$'a\u001b'`; half a character stands for a byte of a file's name that is not UTF-8."""
    quoted = word.replace("\\", "\\\\").replace("'", "\\'")
    return "$'" + _UNSAFE.sub(lambda match: _shell_character(ord(match[0])), quoted) + "'"


def _shell_character(code: int) -> str:
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"
