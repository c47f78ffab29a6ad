"""A pytest plugin that runs the mutants mutmut has made, each in a fork of a pytest that has collected once.

    make mutants

mutmut starts anew for each of several thousand mutants, which takes hours; this takes half an hour. It stands in the
folder that mutmut makes, and needs its list of which test runs through which function.
"""

from __future__ import annotations

import ast
import difflib
import json
import os
import signal
import sys
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import Phase, settings

settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate], database=None, deadline=None)
settings.load_profile("mutants")  # a counterexample is enough: it need not be a small one

SURVIVED = 0
WORKERS = os.cpu_count() or 1


def pytest_configure(config: pytest.Config) -> None:
    """The tests that mutmut is to run, by pyproject.toml."""
    chosen = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["mutmut"]
    config.args[:] = chosen["pytest_add_cli_args_test_selection"]
    config.option.deselect = [option for option in chosen["pytest_add_cli_args"] if option.startswith("tests/")]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Instead of the tests: each mutant, with those of the tests that run through its function."""
    if session.testsfailed:
        return True
    known = json.loads(Path("mutmut-stats.json").read_text())
    seconds: dict[str, float] = known["duration_by_test"]
    items = {item.nodeid: item for item in session.items}
    through = {function: [name for name in names if name in items] for function, names in known[_TESTS].items()}
    tests = {
        mutant: sorted(
            through.get(_function(mutant), ()), key=lambda name: (_is_elsewhere(name, mutant), seconds[name])
        )
        for mutant in _mutants()
    }
    codes = _run(session, items, tests, seconds)
    survivors = [mutant for mutant, code in codes.items() if code == SURVIVED]
    for mutant in sorted(survivors):
        print(f"\n{mutant.removeprefix('bpcli.')}\n{_difference(mutant)}", file=sys.__stdout__)
    killed = 1 - len(survivors) / len(codes)
    print(f"\n{len(codes)} mutants, {len(survivors)} survive: {killed:.1%} are killed", file=sys.__stdout__, flush=True)
    return True


_TESTS = "tests_by_mangled_function_name"


def _function(mutant: str) -> str:
    return mutant.rpartition("__mutmut_")[0]


def _is_elsewhere(test: str, mutant: str) -> bool:
    """Whether the test is of another module than the mutant, and less likely to see it."""
    module = mutant.partition(".x")[0]
    return not any(f"test_{part}." in test for part in module.split("."))


def _mutants() -> Iterator[str]:
    for meta in sorted(Path("bpcli").rglob("*.meta")):
        yield from json.loads(meta.read_text())["exit_code_by_key"]


def _run(
    session: pytest.Session, items: dict[str, pytest.Item], tests: dict[str, list[str]], seconds: dict[str, float]
) -> dict[str, int]:
    """The exit code of each mutant, those with the quickest tests first: 0 where all of them passed."""
    waiting = sorted(tests, key=lambda mutant: sum(seconds[name] for name in tests[mutant]))
    running: dict[int, str] = {}
    codes: dict[str, int] = {}
    while waiting or running:
        while waiting and len(running) < WORKERS:
            mutant = waiting.pop(0)
            running[_fork(session, mutant, {items[name]: seconds[name] for name in tests[mutant]})] = mutant
        process, status = os.wait()
        codes[running.pop(process)] = os.waitstatus_to_exitcode(status)
        with suppress(OSError):
            os.killpg(process, signal.SIGKILL)  # what its tests have started
    return codes


def _fork(session: pytest.Session, mutant: str, seconds: dict[pytest.Item, float]) -> int:
    """A process that runs the tests until one fails, or hangs; its number. `seconds` are what each usually takes."""
    if process := os.fork():
        return process
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    os.environ["MUTANT_UNDER_TEST"] = mutant
    code = SURVIVED
    try:
        for item, following in zip(seconds, [*list(seconds)[1:], None], strict=True):
            signal.alarm(int(10 + 10 * seconds[item]))
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                code = 1
                break
    except BaseException:
        code = 1
    os._exit(code)


def _difference(mutant: str) -> str:
    """What the mutant changes of its function: the lines before and after."""
    module, _, name = mutant.rpartition(".")
    text = Path(*module.split(".")).with_suffix(".py").read_text()
    original = f"{_function(name)}__mutmut_orig"
    found = {
        node.name: text.splitlines()[node.lineno : node.end_lineno]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and node.name in (name, original)
    }
    lines = difflib.unified_diff(found[original], found[name], lineterm="", n=0)
    return "\n".join(f"    {line}" for line in lines if not line.startswith(("---", "+++", "@@")))
