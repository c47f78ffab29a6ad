"""On a terminal: bars and colours, at every width, and neither where they are not wanted."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from select import select

import pytest
from rich.cells import cell_len

from tests.report.emulator import Terminal

CONTROL = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|\][^\x07]*\x07)")
COLOUR = re.compile(r"\x1b\[[0-9;]*3[1-7][0-9;]*m")
ROW = re.compile(r" +\d+  ")
SLOW = ["data.samples=200000", "training.epochs=4"]  # long enough on any machine for the bars to be drawn


def on_terminal(*arguments: str, columns: int = 80, code: int = 0, **changes: str) -> str:
    """All that `bpcli ARGUMENTS` writes to a terminal of so many columns, control codes included."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"} | changes
    command = [sys.executable, "-m", "bpcli", *arguments]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    written = bytearray()
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux's end of file, once the other side is closed
            break
        if not part:
            break
        written += part
    os.close(ours)
    assert process.wait(30) == code
    return written.decode()


def resized(*arguments: str, widths: tuple[int, ...]) -> Terminal:
    """The terminal on which `bpcli ARGUMENTS` ran, its window of each of these widths for three rows or more."""
    ours, theirs = pty.openpty()
    terminal = Terminal(widths[0])

    def resize(columns: int) -> None:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", terminal.height, columns, 0, 0))
        terminal.resize(columns)

    resize(widths[0])
    environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    command = [sys.executable, "-m", "bpcli", *arguments]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    decoder = codecs.getincrementaldecoder("utf-8")()
    to_come, shown = list(widths[1:]), 0
    while process.poll() is None or select([ours], [], [], 0)[0]:
        if not select([ours], [], [], 0.05)[0]:
            continue
        terminal.write(decoder.decode(os.read(ours, 65536)))
        if to_come and (rows := sum(bool(ROW.match(line)) for line in terminal.lines)) >= shown + 3:
            shown = rows
            resize(to_come.pop(0))
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0
    assert not to_come, "it ended too soon"
    return terminal


def lines(written: str) -> list[str]:
    """What stands in the lines, control codes taken away."""
    return [line.rpartition("\r")[2] for line in CONTROL.sub("", written).split("\r\n")]


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_every_line_fits_the_terminal(columns: int) -> None:
    written = on_terminal("train", "moons.yaml", *SLOW, columns=columns)
    assert max(map(cell_len, lines(written))) <= columns
    assert "epochs" in written
    assert "samples/s" in written


@pytest.mark.parametrize("verb", [["eval", "run"], ["show", "run"], ["gradcheck", "moons.yaml"]])
@pytest.mark.parametrize(("columns", "term"), [(40, "xterm-256color"), (80, "xterm-256color"), (40, "dumb")])
def test_every_report_fits_the_terminal(verb: list[str], columns: int, term: str) -> None:
    on_terminal("train", "moons.yaml", "-o", "run")
    assert max(map(cell_len, lines(on_terminal(*verb, columns=columns, TERM=term)))) <= columns


def test_rows_scroll_above_bars_that_are_gone_at_the_end() -> None:
    written = on_terminal("train", "moons.yaml", *SLOW)
    shown = lines(written)
    titles = next(line for line in shown if line.startswith("epoch  "))
    assert titles.split() == ["epoch", "loss", "accuracy", "loss", "accuracy", "rate", "time"]
    rows = [line for line in shown if ROW.match(line)]
    assert [row.split()[0] for row in rows] == ["1", "2", "3", "4"]
    assert {len(row) for row in rows} == {len(titles)}
    assert shown[-2].startswith("next    bpcli eval")
    assert written.count("\x1b[?25l") == written.count("\x1b[?25h") > 0, "the cursor is hidden, then shown again"


def test_a_window_that_is_resized_has_titles_for_every_row_and_no_bar_that_stayed() -> None:
    terminal = resized("train", "moons.yaml", "data.samples=200000", "training.epochs=14", widths=(120, 40, 80))
    assert not [line for line in terminal.lines if "━" in line or "samples/s" in line]
    titles, rows = [], 0
    for line in terminal.lines:
        if line.startswith("epoch  "):
            titles.append(line.split())
        elif ROW.match(line):
            rows += 1
            assert len(line.removesuffix(" s").split()) == len(titles[-1])
    assert rows == 14
    assert len(titles) == 3


def test_long_runs_show_every_nth_evaluation() -> None:
    shown = lines(on_terminal("train", "moons.yaml", "training.epochs=400", "data.batch_size=full"))
    rows = [int(line.split()[0]) for line in shown if ROW.match(line)]
    assert rows == [1, *range(10, 401, 10)]


def test_colours_are_for_those_who_want_them() -> None:
    assert COLOUR.search(on_terminal("train", "xor.yaml"))
    assert not COLOUR.search(on_terminal("train", "xor.yaml", NO_COLOR="1"))


def test_a_dumb_terminal_gets_plain_lines() -> None:
    written = on_terminal("train", "xor.yaml", TERM="dumb")
    assert "\x1b" not in written
    assert "epoch 300/300" in written


def test_bars_can_be_turned_off_on_a_terminal() -> None:
    written = on_terminal("train", "xor.yaml", "--progress", "plain")
    assert "\x1b" not in written
    assert "epoch 300/300" in written


def test_forced_colour_draws_no_bars_into_a_pipe() -> None:
    command = [sys.executable, "-m", "bpcli", "train", "xor.yaml"]
    done = subprocess.run(command, env={**os.environ, "FORCE_COLOR": "1"}, capture_output=True, text=True, check=True)
    assert "epoch 300/300" in done.stdout
    assert "\x1b[?25l" not in done.stdout
    assert COLOUR.search(done.stdout)


def test_without_colours_the_rows_that_are_better_are_marked() -> None:
    shown = lines(on_terminal("train", "xor.yaml", NO_COLOR="1"))
    rows = [line for line in shown if ROW.match(line) and line.endswith(" s")]
    assert len(rows) == 3
    assert all(re.search(r"\d\*  ", row) for row in rows), "its loss falls all the way"
