"""`bpcli --help` answers at once, and every verb says what it does."""

from __future__ import annotations

import subprocess
import sys
from typing import get_args

import pytest

import bpcli as package
from bpcli.checks.faults import FaultName
from bpcli.cli.app import app
from bpcli.cli.eval import Split
from bpcli.cli.front import COMMANDS, WIDEST, front_page
from bpcli.cli.gradcheck import Fault
from bpcli.cli.train import Progress
from bpcli.data.dataset import SplitName
from bpcli.report.console import Style

from .conftest import Command

VERBS = list(COMMANDS)
HEAVY = {"numpy", "pydantic", "tensorflow_datasets", "yaml", "sklearn"}


@pytest.mark.parametrize("arguments", [[], ["--help"], ["--version"], *([verb, "--help"] for verb in VERBS)])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys; from bpcli.cli.process import run; code = run(sys.argv[1:]); print(*sys.modules); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    imported = {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert imported & HEAVY == set()
    assert ("typer" in imported) == (arguments not in ([], ["--help"]))


def test_bare_bpcli_is_its_help(bpcli: Command) -> None:
    bare = bpcli()
    assert bare == bpcli("--help")
    assert bare.code == 0
    assert all(verb in bare.out for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(bpcli: Command, verb: str) -> None:
    shown = bpcli(verb, "--help")
    assert shown.code == 0
    assert f"bpcli {verb}" in shown.out
    assert COMMANDS[verb] in " ".join(shown.out.split())


def test_the_front_page_has_every_verb_there_is() -> None:
    assert [command.name or command.callback.__name__ for command in app.registered_commands] == VERBS  # type: ignore[union-attr]


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_the_front_page_is_as_wide_as_the_terminal_and_no_wider_than_reads_well(
    monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert max(map(len, front_page().splitlines())) <= min(columns, WIDEST)
    assert "\x1b" not in front_page()


def test_the_version_is_that_of_the_package(bpcli: Command) -> None:
    assert bpcli("--version") == (0, f"bpcli {package.__version__}\n", "")


@pytest.mark.parametrize(
    "arguments", [["train"], ["train", "xor.yaml", "--fast"], ["fly"], ["eval", "x.npz", "--split", "half"]]
)
def test_a_wrong_command_line_exits_with_2(bpcli: Command, arguments: list[str]) -> None:
    refused = bpcli(*arguments)
    assert (refused.code, refused.out) == (2, "")
    assert "Usage: bpcli" in refused.err


def test_options_offer_what_the_core_knows() -> None:
    assert get_args(Fault) == get_args(FaultName)
    assert get_args(Split) == get_args(SplitName)
    assert get_args(Progress) == get_args(Style)
