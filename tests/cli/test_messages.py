"""Messages on standard error, at every width."""

from __future__ import annotations

import pytest

from bpcli.cli.messages import describe, with_notes
from bpcli.errors import BpcliError, ConfigError, Problem

from .conftest import Command
from .test_terminal import lines, on_terminal

LONG = "a/folder/whose/name/is/longer/than/the/window/is/wide/run"


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_an_error_wraps_at_words_and_never_within_a_path(columns: int) -> None:
    shown = lines(on_terminal("eval", LONG, columns=columns, code=2))
    words = " ".join(shown).split()
    assert LONG in "".join(words)
    assert any(LONG in word for word in words)
    assert all(len(line) <= columns or LONG in line for line in shown)
    assert len(shown) == len([line for line in shown if line.startswith("  ")]) + 2, "further lines are indented"


def test_a_command_to_paste_is_a_line_of_its_own(bpcli: Command) -> None:
    shown = lines(on_terminal("init", "xor", "-o", "a name that is longer than forty columns.yaml", columns=40))
    assert shown[-2] == "  bpcli train 'a name that is longer than forty columns.yaml'"


def test_in_a_pipe_nothing_wraps(bpcli: Command) -> None:
    refused = bpcli("eval", LONG * 20)
    assert len(refused.err.splitlines()) == 1


def test_a_line_break_in_a_name_begins_no_message_of_its_own() -> None:
    assert describe(BpcliError("no file a\nerror: forged")) == "no file a\\nerror: forged"
    assert describe(ConfigError([Problem((), "a\nb"), Problem((), "c")])).splitlines()[2:] == ["a\\nb", "c"]
    error = OSError()
    error.add_note("saved\nin")
    assert with_notes("interrupted", error) == "interrupted; saved\\nin"
