"""What shows a training while it runs."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol

from rich.console import Console

from bpcli.report.console import Style, is_live, make_console
from bpcli.report.header import print_warnings
from bpcli.report.plain import PlainDisplay
from bpcli.report.progress import LiveDisplay
from bpcli.training.events import Event, Started


class Display(Protocol):
    """A context manager, open while the training runs, whose `show` is given every event."""

    def show(self, event: Event) -> None: ...

    def __enter__(self) -> Display: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...


class Silence:
    """Shows nothing but warnings."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def show(self, event: Event) -> None:
        if isinstance(event, Started):
            print_warnings(self.console, event.warnings)

    def __enter__(self) -> Silence:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def make_display(style: Style, *, stderr: bool) -> Display:
    """The display of a style, on standard output or error; `auto` is live on a terminal and plain elsewhere."""
    if style == "none":
        return Silence(make_console(stderr=True))
    console = make_console(stderr=stderr, style=style)
    live = style == "rich" or (style == "auto" and is_live(console))
    return LiveDisplay(console) if live else PlainDisplay(console)
