"""A line of text with a caret under a part of it, safe to print on any terminal."""

from __future__ import annotations

from unicodedata import combining, east_asian_width

WIDEST = 100
"""Columns of a snippet, its indentation aside; longer lines are cut around the caret."""

INDENT = "    "


def snippet(line: str, start: int, length: int) -> str:
    """`line` without its indentation, and below it `^^^` under its characters `start` to `start + length`."""
    indentation = len(line) - len(line.lstrip(" \t"))
    start = max(start - indentation, 0)
    cells = [_printable(character) for character in line.strip(" \t")]
    first = max(0, min(start - WIDEST // 2, len(cells) - WIDEST))
    last = first + WIDEST
    before, after = "…" if first else "", "…" if last < len(cells) else ""
    pad = _width(before + "".join(cells[first:start]))
    carets = max(1, _width("".join(cells[start : min(start + length, last)])))
    return f"{INDENT}{before}{''.join(cells[first:last])}{after}\n{INDENT}{' ' * pad}{'^' * carets}"


def printable(text: str) -> str:
    """`text` with everything escaped that does not print, such as the control codes of a terminal."""
    return "".join(map(_printable, text))


def _printable(character: str) -> str:
    if character == "\t":
        return " "
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


def _width(text: str) -> int:
    """Columns of a terminal."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
