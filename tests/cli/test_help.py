"""`bpcli --help` answers at once, and every verb says what it does."""

from __future__ import annotations

import subprocess
import sys
from typing import get_args

import pytest

import bpcli as package
from bpcli.api.evaluate import ALL_SPLITS
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
    ("arguments", "said"),
    [
        (["train"], "missing argument 'CONFIG' (see bpcli train --help)"),
        (["train", "xor.yaml", "--fast"], "no such option: --fast (see bpcli train --help)"),
        (["trian"], "no such command 'trian'. Did you mean 'train'? (see bpcli --help)"),
        (
            ["eval", "x.npz", "--split", "half"],
            "invalid value for '--split': 'half' is not one of 'train', 'validation', 'test', 'all' (see bpcli eval "
            "--help)",
        ),
    ],
)
def test_a_wrong_command_line_is_said_in_a_sentence_and_exits_with_2(
    bpcli: Command, arguments: list[str], said: str
) -> None:
    assert bpcli(*arguments) == (2, "", f"error: {said}\n")


def test_options_offer_what_the_core_knows() -> None:
    assert get_args(Fault) == get_args(FaultName)
    assert get_args(Split) == ALL_SPLITS == (*get_args(SplitName), "all")
    assert get_args(Progress) == get_args(Style)
