"""A small terminal that wraps its lines anew when it is resized, as most do."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\x1b\[(\??)([0-9;]*)([A-Za-z])|([\r\n])|([^\x1b\r\n]+)")


class Terminal:
    """What a program's output looks like, with all that has scrolled out of the window; every character has one cell.

    Like tmux, it keeps empty lines below the cursor when lines above get longer, and moves a cursor whose line has
    left the window to the window's first line.
    """

    def __init__(self, width: int, height: int = 24) -> None:
        self.width, self.height = width, height
        self._rows: list[list[str]] = [[]]
        self._goes_on: list[bool] = [False]
        """whether a row is continued by the next one, being part of a longer line"""
        self._y = self._x = 0
        self._wraps = True

    @property
    def lines(self) -> list[str]:
        """All rows, empty ones at the end aside."""
        return "\n".join("".join(row).rstrip() for row in self._rows).rstrip().split("\n")

    def write(self, text: str) -> None:
        assert _TOKEN.sub("", text) == "", f"codes of another kind: {_TOKEN.sub('', text)!r}"
        for private, number, code, move, letters in _TOKEN.findall(text):
            if letters:
                self._put(letters)
            elif move:
                self._x = 0
                if move == "\n":
                    self._down()
            elif private and number == "7":
                self._wraps = code == "h"
            elif code == "A":
                self._y = max(self._y - int(number or 1), self._top)
            elif code == "J":
                self._rows[self._y][self._x :] = []
                self._rows[self._y + 1 :] = [[] for _ in self._rows[self._y + 1 :]]
                self._goes_on[self._y :] = [False] * len(self._rows[self._y :])

    def resize(self, width: int) -> None:
        lines: list[list[str]] = []
        goes_on = False
        for y, row in enumerate(self._rows):
            if not goes_on:
                lines.append([])
            if y == self._y:
                place = len(lines) - 1, len(lines[-1]) + self._x
            lines[-1] += row
            goes_on = self._goes_on[y]
        self.width, self._rows, self._goes_on = width, [], []
        for number, line in enumerate(lines):
            parts = [line[at : at + width] for at in range(0, max(len(line), 1), width)]
            if number == place[0]:
                self._y, self._x = len(self._rows) + place[1] // width, place[1] % width
            self._rows += parts
            self._goes_on += [True] * (len(parts) - 1) + [False]
        if self._y < self._top:
            self._y, self._x = self._top, 0

    @property
    def _top(self) -> int:
        return max(len(self._rows) - self.height, 0)

    def _put(self, letters: str) -> None:
        for letter in letters:
            if self._x == self.width:
                if self._wraps:
                    self._goes_on[self._y] = True
                    self._down()
                    self._x = 0
                else:
                    self._x -= 1
            row = self._rows[self._y]
            row += " " * (self._x + 1 - len(row))
            row[self._x] = letter
            self._x += 1

    def _down(self) -> None:
        self._y += 1
        if self._y == len(self._rows):
            self._rows.append([])
            self._goes_on.append(False)
