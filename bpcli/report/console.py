"""Where reports are printed: a terminal with colours and bars, or a plain stream of lines."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from shutil import get_terminal_size
from typing import Any, Literal

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from bpcli.report.escape import escaped_lines

Style = Literal["auto", "rich", "plain", "none"]

ENDLESS = 100_000
"""Columns of a stream that is no terminal: what reads it wraps lines itself, if at all."""

_ASCII: dict[int, str | int | None] = {
    **dict.fromkeys(range(0x2801, 0x2900), "*"),
    **str.maketrans("─│┤└▲·…→", "-||+^..>"),
}
"""What is drawn where the stream's encoding has none of these characters; the first are dots of a curve."""


class SafeConsole(Console):
    """A console that shows no text as markup and sends no control code but its own: others are shown escaped."""

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render as rich does, and make the text of every segment safe."""
        ascii_only = self.options.ascii_only
        for segment in super().render(renderable, options):
            text, style, control = segment
            if control or (text.isprintable() and not ascii_only):
                yield segment
            else:
                text = escaped_lines(text)
                yield Segment(text.translate(_ASCII) if ascii_only else text, style)


def make_console(*, stderr: bool = False, style: Style = "auto") -> Console:
    """A console on standard output or error; `rich` and `plain` overrule what rich finds out about the stream."""
    console = SafeConsole(stderr=stderr, force_terminal=True if style == "rich" else None)
    if style == "rich" or (style != "plain" and is_live(console)):
        return console
    return SafeConsole(
        file=sys.stderr if stderr else sys.stdout,
        color_system=None if style == "plain" else "auto",
        force_terminal=False if style == "plain" else None,
        width=_columns(console) if console.file.isatty() else ENDLESS,
        height=25,  # without it rich does not believe the width of a dumb terminal
    )


def _columns(console: Console) -> int:
    """Columns of a terminal; rich does not ask a dumb one."""
    return get_terminal_size().columns if console.is_dumb_terminal else console.width


def is_live(console: Console) -> bool:
    """Whether lines on it can be drawn anew: a real terminal, and not a dumb one, whatever FORCE_COLOR says."""
    dumb = console.is_dumb_terminal or console.legacy_windows
    return console.is_interactive and not dumb and console.file.isatty()
