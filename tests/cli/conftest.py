"""The command line as a user has it: run in this process where that will do, and as a process where it must."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from bpcli.cli.process import run

XOR = """\
name: xor
data: xor
model: {layers: [8, 1], activation: tanh}
loss: mse
optimizer: {learning_rate: 1.0, momentum: 0.9}
training: {epochs: 300, evaluate_every: 100}
"""
MOONS = """\
name: moons
data: {name: moons, samples: 100, noise: 0.1, batch_size: 16, validation_fraction: 0.2}
model: {layers: [6, 2]}
training: {epochs: 3}
"""


class Result(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Result]
Spawn = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command runs: an empty folder but for xor.yaml and moons.yaml; 80 columns, nothing said of colours."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "GITHUB_ACTIONS", "BPCLI_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm-256color")
    Path("xor.yaml").write_text(XOR)
    Path("moons.yaml").write_text(MOONS)
    return tmp_path


@pytest.fixture
def bpcli(capfd: pytest.CaptureFixture[str]) -> Command:
    """Run `bpcli ARGUMENTS` in this process: its exit code, standard output and standard error."""

    def command(*arguments: object) -> Result:
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Result(code, out, err)

    return command


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Start `bpcli ARGUMENTS` as a process that takes SIGINT, whatever our own parent does; end it with the test."""
    started = []

    def start(*arguments: object, **options: object) -> subprocess.Popen[str]:
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        process = subprocess.Popen(
            [sys.executable, "-m", "bpcli", *map(str, arguments)],
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            **streams,  # type: ignore[call-overload]
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    """Until the file is there; fails if the process ends before, or after half a minute."""
    until = time.monotonic() + 30
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until, f"no {path}"
        time.sleep(0.01)


def environment(**changes: str) -> dict[str, str]:
    return {**os.environ, **changes}
