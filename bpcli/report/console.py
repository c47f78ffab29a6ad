"""Where reports are printed: a terminal with colours and bars, or a plain stream of lines."""

from __future__ import annotations

import sys
from typing import Literal

from rich.console import Console

Style = Literal["auto", "rich", "plain", "none"]

ENDLESS = 100_000
"""Columns of a stream that is no terminal: what reads it wraps lines itself, if at all."""


def make_console(*, stderr: bool = False, style: Style = "auto") -> Console:
    """A console on standard output or error; `rich` and `plain` overrule what rich finds out about the stream."""
    console = Console(stderr=stderr, highlight=False, force_terminal=True if style == "rich" else None)
    if style == "rich" or (style != "plain" and is_live(console)):
        return console
    return Console(
        file=sys.stderr if stderr else sys.stdout,
        highlight=False,
        color_system=None if style == "plain" else "auto",
        force_terminal=False if style == "plain" else None,
        width=console.width if console.file.isatty() else ENDLESS,
    )


def is_live(console: Console) -> bool:
    """Whether lines on it can be drawn anew: a real terminal, and not a dumb one, whatever FORCE_COLOR says."""
    return console.is_interactive and not console.is_dumb_terminal and console.file.isatty()
