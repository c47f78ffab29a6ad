"""Row 14: control codes go to a terminal that wants them, and to nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from rich.cells import cell_len

from torture.kills import Subject
from torture.processes import COMMAND, head, on_terminal, process
from torture.row import Outcome, Row, Size, failures_of

TRAIN = (*COMMAND, "train", "config.yaml", "training.epochs=10")
CONTROL = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|\][^\x07]*\x07|.)")
COLOUR = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[0-9;]*)?m")
STYLE = re.compile(r"\x1b\[[0-9;]*m")
CURSOR = "\x1b[?25l"
"""Hidden: the bars are drawn."""


def terminals(size: Size, folder: Path) -> Outcome:
    """A case is what standard output is."""
    subject = Subject.prepare("momentum", folder / "straight")
    answers = size.each(lambda case: _hit(subject, *case, folder), CASES.items())
    return Outcome(len(CASES), failures=failures_of(answers))


def _hit(subject: Subject, name: str, case: Callable[[Subject, Path], str], folder: Path) -> str | None:
    problem = case(subject, subject.fresh(folder / name))
    return f"{name}: {problem}" if problem else None


def _not_a_terminal(_: Subject, folder: Path) -> str:
    ending = process(folder, TRAIN)
    process(folder, TRAIN, ">shown 2>&1")
    for where, written in (("a pipe", ending.out + ending.err), ("a file", (folder / "shown").read_text())):
        if problem := _lacking(written) or _control(written):
            return f"{problem} in {where}"
    return ""


def _dumb(_: Subject, folder: Path) -> str:
    written = on_terminal(folder, TRAIN, TERM="dumb").out
    return _lacking(written) or _control(written)


def _no_color(_: Subject, folder: Path) -> str:
    written = on_terminal(folder, TRAIN, NO_COLOR="1").out
    if CURSOR not in written:
        return "no bars"
    found = COLOUR.search(written)
    return _lacking(written) or (f"{found[0]!r}" if found else "")


def _force_color(_: Subject, folder: Path) -> str:
    written = process(folder, TRAIN, FORCE_COLOR="1").out
    if not COLOUR.search(written):
        return "no colours"
    return _lacking(written) or _control(STYLE.sub("", written))


def _narrow(subject: Subject, folder: Path) -> str:
    for command in (TRAIN, (*COMMAND, "eval", str(subject.run))):
        written = on_terminal(folder, command, columns=40).out
        lines = [line.rpartition("\r")[2] for line in CONTROL.sub("", written).split("\r\n")]
        # a path stays in one piece, for whoever copies it: the terminal wraps it
        widest = max((line for line in lines if "/" not in line.rpartition(" ")[2]), key=cell_len)
        if len(lines) < 10 or cell_len(widest) > 40:
            return f"{len(lines)} lines, the widest {widest!r}"
    return ""


def _closed_early(subject: Subject, folder: Path) -> str:
    """The exit code is 1 where something was left to be written; of a training that is not over more is said."""
    evaluate, check = (*COMMAND, "eval", str(subject.run)), (*COMMAND, "gradcheck", "--fast")
    for command, lines in ((TRAIN, 1), (evaluate, 1), (check, 1), (COMMAND, 0)):
        ending = head(folder, command, lines)
        is_said = not ending.err or (
            command == TRAIN and ending.err.startswith("error: nobody reads on what is shown; ")
        )
        if not is_said or ending.code not in (0, 1):
            return f"{' '.join(command[1:])} | head -{lines}: exit {ending.code}, {ending.err!r}"
    return ""


def _lacking(written: str) -> str:
    return "" if "epoch" in written and "completed" in written else f"no report of the training: {written[-200:]!r}"


def _control(written: str) -> str:
    at = written.find("\x1b")
    return f"a control code, {written[at : at + 10]!r}," if at >= 0 else ""


CASES: dict[str, Callable[[Subject, Path], str]] = {
    "not a terminal": _not_a_terminal,
    "TERM=dumb": _dumb,
    "NO_COLOR": _no_color,
    "FORCE_COLOR": _force_color,
    "40 columns": _narrow,
    "a pipe closed early": _closed_early,
}
"""Each says what is wrong."""

ROWS = [
    Row(
        14,
        "not a terminal; TERM=dumb; NO_COLOR; FORCE_COLOR; 40 columns; a pipe closed early",
        "no control codes where none belong; no traceback on a broken pipe",
        terminals,
    )
]
