"""A curve, drawn in characters: two by four dots of Braille each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from bpcli.report.console import ENDLESS

HEIGHT = 10
WIDEST = 100
"""columns: beyond this a curve is no easier to read"""

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""bits of a Braille character, by row and column of its dots"""


@dataclass(frozen=True)
class Curve:
    """Points from left to right; a y that is not finite leaves a gap."""

    xs: Sequence[float]
    ys: Sequence[float]
    x_label: str
    y_label: str
    log_x: bool = False
    marks: tuple[float, ...] = ()
    """xs to point at from below"""


def print_curve(console: Console, curve: Curve, *, height: int = HEIGHT) -> None:
    """The curve in a frame of two axes, in the console's width."""
    width = 80 if console.width == ENDLESS else min(console.width, WIDEST)
    for line in draw_curve(curve, width=width, height=height):
        console.print(Text(line), soft_wrap=True)


def draw_curve(curve: Curve, *, width: int, height: int) -> list[str]:
    """Lines of at most `width` characters: the label of y, `height` rows, the axis, its ends, the marks if any."""
    points = [(x, y) for x, y in zip(curve.xs, curve.ys, strict=True) if math.isfinite(y)]
    if not points:
        return [f"{curve.y_label}: nothing to draw"]
    low, high = min(y for _, y in points), max(y for _, y in points)
    labels = [_tick(high - (high - low) * row / (height - 1)) for row in range(height)]
    shown = {0, height // 2, height - 1} if high > low else {height - 1}
    margin = max(len(labels[row]) for row in shown)
    columns = max(width - margin - 2, 10)
    canvas = _Canvas(columns, height)
    xs = [_scaled(x, curve) for x in curve.xs]
    span = xs[-1] - xs[0]
    places = [round((x - xs[0]) / span * (2 * columns - 1)) if span else 0 for x in xs]
    rows = [
        round((high - y) / (high - low) * (4 * height - 1)) if math.isfinite(y) and high > low else 4 * height - 1
        for y in curve.ys
    ]
    for i, y in enumerate(curve.ys):
        if math.isfinite(y):
            follows = i > 0 and math.isfinite(curve.ys[i - 1])
            canvas.line(*((places[i - 1], rows[i - 1]) if follows else (places[i], rows[i])), places[i], rows[i])
    lines = [curve.y_label.rjust(margin)]
    for row, text in enumerate(canvas.lines()):
        label = labels[row] if row in shown else ""
        lines.append(f"{label:>{margin}} {'┤' if row in shown else '│'}{text}".rstrip())
    lines.append(f"{'':>{margin}} └{'─' * columns}")
    lines.append(_below(curve, margin + 2, columns))
    if curve.marks:
        marks = [(round((_scaled(mark, curve) - xs[0]) / span * (columns - 1)) if span else 0) for mark in curve.marks]
        pointers = [" "] * columns
        for mark in marks:
            pointers[min(max(mark, 0), columns - 1)] = "▲"
        lines.insert(-1, " " * (margin + 2) + "".join(pointers).rstrip())
    return lines


class _Canvas:
    """Dots, twice as many across and four times as many down as characters."""

    def __init__(self, columns: int, rows: int) -> None:
        self._cells = [[0] * columns for _ in range(rows)]

    def line(self, x0: int, y0: int, x1: int, y1: int) -> None:
        """Dots from one place to another, both included."""
        steps = max(abs(x1 - x0), abs(y1 - y0), 1)
        for step in range(steps + 1):
            x, y = round(x0 + (x1 - x0) * step / steps), round(y0 + (y1 - y0) * step / steps)
            self._cells[y // 4][x // 2] |= _DOTS[y % 4][x % 2]

    def lines(self) -> list[str]:
        return ["".join(chr(0x2800 + bits) if bits else " " for bits in row) for row in self._cells]


def _scaled(x: float, curve: Curve) -> float:
    return math.log10(x) if curve.log_x else x


def _below(curve: Curve, indent: int, columns: int) -> str:
    """The first x, the label, the last x."""
    first, last = _tick(curve.xs[0]), _tick(curve.xs[-1])
    space = columns - len(first) - len(last)
    middle = curve.x_label.center(space) if len(curve.x_label) <= space else " " * max(space, 1)
    return f"{' ' * indent}{first}{middle}{last}"


def _tick(value: float) -> str:
    return f"{value:.3g}"
