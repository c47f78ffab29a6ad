"""Lines at the bottom of a terminal that are drawn anew while others scroll by above them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.control import Control
from rich.segment import ControlType, Segment, Segments
from rich.text import Text

SETTLING = 20
"""Drawings until a window that has changed its width is taken to keep it."""


class LiveLines:
    """Draws something below all that the console prints.

    The cursor waits, hidden, at the beginning of the first line. A terminal that changes its width wraps its lines
    anew and takes the cursor along with the line it is in: whatever has become of ours, all of it is behind the
    cursor, and is erased before anything else is written. Counting lines upwards, as is usual, leaves some behind.

    What wraps moves the cursor's line up, in the end out of the window, where nothing can be erased. So while a window
    is being dragged the drawing is narrower than it.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self._drawing: RenderableType = Text()
        self._window = self._width = console.width
        self._unsettled = 0

    def __enter__(self) -> LiveLines:
        self.console.show_cursor(False)
        return self

    def __exit__(self, *_: object) -> None:
        self.draw(Text())
        self.console.show_cursor(True)

    def draw(self, drawing: RenderableType) -> None:
        """Draw this in place of what was drawn before."""
        self._drawing = drawing
        options = self.console.options.update(width=self._chosen_width())
        lines = self.console.render_lines(drawing, options, pad=False)[: options.size.height]
        self._write(_ERASE, _CUT, *_joined(lines), _WRAP, Control.move(0, 1 - len(lines)).segment, _RETURN)

    @contextmanager
    def above(self) -> Iterator[None]:
        """What is printed inside the block stands above the drawing; all is written at once."""
        with self.console:
            self._write(_ERASE)
            yield
            self.draw(self._drawing)

    def _chosen_width(self) -> int:
        """That of the window, but for a while after it has changed."""
        window = self.console.width
        self._unsettled = SETTLING if window != self._window else max(self._unsettled - 1, 0)
        self._window = window
        self._width = min(self._width, 2 * window // 3) if self._unsettled else window
        return max(self._width, 1)

    def _write(self, *segments: Segment) -> None:
        self.console.print(Segments(segments), end="", soft_wrap=True)


def _control(code: str) -> Segment:
    """A code that rich has no name for; the type says no more than that it is one."""
    return Segment(code, None, [(ControlType.CARRIAGE_RETURN,)])


_RETURN, _ERASE = _control("\r"), _control("\r\x1b[J")
_CUT, _WRAP = _control("\x1b[?7l"), _control("\x1b[?7h")
"""What the terminal does with the rest of a line that is too long, as it is where it has just become narrower."""


def _joined(lines: Iterable[list[Segment]]) -> Iterator[Segment]:
    for i, line in enumerate(lines):
        if i:
            yield Segment.line()
        yield from line
