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
import resource
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, settings

settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate], database=None, deadline=None)
settings.load_profile("mutants")  # a counterexample is enough: it need not be a small one

SURVIVED = 0
WORKERS = os.cpu_count() or 1
PATIENCE = 240.0
"""Seconds after which a mutant hangs; it hangs as well after four times the processor time that its tests take."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Instead of the tests: each mutant, with those of the tests that run through its function."""
    if session.testsfailed:
        return True
    known = json.loads(Path("mutmut-stats.json").read_text())
    seconds: dict[str, float] = known["duration_by_test"]
    items = {item.nodeid: item for item in session.items}
    tests = {
        mutant: sorted(
            set(known["tests_by_mangled_function_name"].get(mutant.rpartition("__mutmut_")[0], ())) & items.keys(),
            key=lambda name: seconds[name],
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


def _mutants() -> Iterator[str]:
    for meta in sorted(Path("bpcli").rglob("*.meta")):
        yield from json.loads(meta.read_text())["exit_code_by_key"]


def _run(
    session: pytest.Session, items: dict[str, pytest.Item], tests: dict[str, list[str]], seconds: dict[str, float]
) -> dict[str, int]:
    """The exit code of each mutant, those with the quickest tests first: 0 where all of them passed."""
    cost = {mutant: sum(seconds[name] for name in names) for mutant, names in tests.items()}
    waiting = sorted(tests, key=cost.__getitem__)
    running: dict[int, tuple[str, float]] = {}
    codes: dict[str, int] = {}
    while len(codes) < len(tests):
        while waiting and len(running) < WORKERS:
            mutant = waiting.pop(0)
            limit = int(20 + 4 * cost[mutant])
            running[_fork(session, mutant, [items[name] for name in tests[mutant]], limit)] = mutant, time.monotonic()
        process, status = os.waitpid(-1, os.WNOHANG)
        if process:
            codes[running.pop(process)[0]] = os.waitstatus_to_exitcode(status)
            continue
        for process, (_, since) in running.items():
            if time.monotonic() - since > PATIENCE:
                os.killpg(process, signal.SIGKILL)
        time.sleep(0.01)
    return codes


def _fork(session: pytest.Session, mutant: str, items: list[pytest.Item], limit: int) -> int:
    """A process that runs the tests until one fails, with `limit` seconds of processor time; its number."""
    if process := os.fork():
        return process
    os.setsid()
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    os.environ["MUTANT_UNDER_TEST"] = mutant
    code = SURVIVED
    try:
        for item, following in zip(items, [*items[1:], None], strict=True):
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
    original = f"{name.rpartition('__mutmut_')[0]}__mutmut_orig"
    found = {
        node.name: text.splitlines()[node.lineno : node.end_lineno]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and node.name in (name, original)
    }
    lines = difflib.unified_diff(found[original], found[name], lineterm="", n=0)
    return "\n".join(f"    {line}" for line in lines if not line.startswith(("---", "+++", "@@")))
