"""Lines that are drawn anew below others leave nothing behind, whatever becomes of the window."""

from __future__ import annotations

import io
from collections.abc import Iterable

import pytest
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from bpcli.report.live import SETTLING, LiveLines

from .emulator import Terminal


class Bars:
    """Two bars as wide as they may be, the drawing that leaves most behind."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text("")
        yield Text("=" * options.max_width)
        yield Text("-" * options.max_width)


class Window:
    """A console on a terminal; both can be resized, the console a little later, as in life."""

    def __init__(self, width: int = 80) -> None:
        self.console = Console(
            file=io.StringIO(), force_terminal=True, width=width, height=24, highlight=False, color_system=None
        )
        self.terminal = Terminal(width)

    def show(self) -> list[str]:
        """What stands in the window after all that was printed since the last look."""
        file = self.console.file
        assert isinstance(file, io.StringIO)
        self.terminal.write(file.getvalue())
        file.seek(0)
        file.truncate()
        return self.terminal.lines

    def resize(self, width: int) -> None:
        self.show()
        self.terminal.resize(width)
        self.console.width = width


def bars(lines: Iterable[str]) -> list[str]:
    return [line for line in lines if line and set(line) <= {"=", "-"}]


def test_it_is_drawn_in_place_and_is_gone_at_the_end() -> None:
    window = Window()
    with LiveLines(window.console) as live:
        for row in range(3):
            live.draw(Bars())
            with live.above():
                window.console.print(f"row {row}")
        assert window.show() == ["row 0", "row 1", "row 2", "", "=" * 80, "-" * 80]
    assert window.show() == ["row 0", "row 1", "row 2"]


@pytest.mark.parametrize("widths", [(120, 80, 50, 40, 50, 120), (80, 37, 200), (100, 33, 34, 33, 90)])
def test_a_resized_window_has_no_bar_that_was_drawn_before(widths: tuple[int, ...]) -> None:
    window = Window(widths[0])
    with LiveLines(window.console) as live:
        for number, width in enumerate(widths):
            window.resize(width)
            live.draw(Bars())
            with live.above():
                window.console.print(f"row {number}")
            assert len(bars(window.show())) == 2
            assert [line for line in window.terminal.lines if "row" in line] == [f"row {i}" for i in range(number + 1)]


def test_a_window_that_is_dragged_narrower_column_by_column_has_no_bar_left_behind() -> None:
    window = Window(120)
    for row in range(30):
        window.console.print(f"row {row}")
    with LiveLines(window.console) as live:
        live.draw(Bars())
        for width in range(119, 39, -1):
            window.resize(width)
            live.draw(Bars())
        assert len(bars(window.show())) == 2


def test_a_drawing_for_the_width_that_was_is_cut_and_not_wrapped() -> None:
    window = Window(100)
    with LiveLines(window.console) as live:
        live.draw(Bars())
        window.show()
        window.terminal.resize(60)  # and the next one was made already
        live.draw(Bars())
        assert len(bars(window.show())) == 2
        window.console.width = 60
        live.draw(Bars())
        assert len(bars(window.show())) == 2


def test_after_a_while_it_is_as_wide_as_the_window_again() -> None:
    window = Window(90)
    with LiveLines(window.console) as live:
        live.draw(Bars())
        window.resize(60)
        live.draw(Bars())
        assert bars(window.show()) == ["=" * 40, "-" * 40]
        for _ in range(SETTLING):
            live.draw(Bars())
        assert bars(window.show()) == ["=" * 60, "-" * 60]


def test_more_lines_than_the_window_has_are_left_out() -> None:
    window = Window()
    with LiveLines(window.console) as live:
        for _ in range(3):
            live.draw(Text("\n".join(map(str, range(100)))))
        assert window.show() == list(map(str, range(24)))
