"""Whatever happens, a user reads one line and a script reads an exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bpcli.api import evaluate as api
from bpcli.cli.process import TRACEBACK
from bpcli.cli.signals import Interrupted

from .conftest import Command, Spawn, environment


def test_a_closed_pipe_is_no_matter(spawn: Spawn) -> None:
    process = spawn("train", "moons.yaml", "training.epochs=100000")
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith("run ")
    process.stdout.close()
    assert process.wait(30) == 1
    saved = Path("runs/moons/last.npz")  # unless the pipe was closed before the first step
    said = f"error: nobody reads on what is shown; what was learnt is saved: go on with --resume {saved}\n"
    assert process.stderr.read() == (said if saved.exists() else "")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("verb", [[], ["schema"]])
def test_a_reader_that_leaves_before_the_first_byte_is_no_matter(
    spawn: Spawn, verb: list[str], unbuffered: str
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = spawn(*verb, stdout=writing, env=environment(PYTHONUNBUFFERED=unbuffered))
    os.close(writing)
    assert process.wait(30) == 1
    assert process.stderr is not None
    assert process.stderr.read() == ""


def test_no_standard_output_at_all_is_no_matter() -> None:
    command = [sys.executable, "-m", "bpcli", "train", "xor.yaml", "--require", "train_accuracy>=1"]
    closed = ["/bin/sh", "-c", 'exec "$@" >&-', "sh"]
    done = subprocess.run([*closed, *command], stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


needs_full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")


@needs_full
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("verb", [[], ["--version"], ["schema"], ["train", "xor.yaml"]])
def test_a_full_disk_behind_standard_output_is_said_in_one_line(spawn: Spawn, verb: list[str], unbuffered: str) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        process = spawn(*verb, stdout=full, env=environment(PYTHONUNBUFFERED=unbuffered))
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (1, "error: cannot write what is shown: No space left on device\n")


@needs_full
def test_an_error_that_cannot_be_said_still_has_its_exit_code(spawn: Spawn) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        process = spawn("train", "nothing.yaml", stderr=full, env=environment(PYTHONUNBUFFERED=""))
    assert process.wait(30) == 2
    reading, writing = os.pipe()
    os.close(reading)
    process = spawn("train", "nothing.yaml", stderr=writing)
    os.close(writing)
    assert process.wait(30) == 2


def test_a_bug_is_one_line_that_asks_for_a_report(bpcli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(api, "evaluate", broken)
    bug = bpcli("eval", "run")
    assert bug.code == 1
    assert bug.err == (
        "error: this is a bug in bpcli (ZeroDivisionError: division by zero): "
        f"run again with {TRACEBACK}=1, and please report what it shows\n"
    )
    monkeypatch.setenv(TRACEBACK, "1")
    assert "Traceback (most recent call last)" in bpcli("eval", "run").err


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["eval", ""], "an argument is empty"),
        (["train", "xor.yaml", "--resume", ""], "an argument is empty"),
        (["train", "xor.yaml", "--from="], "--from has an empty value"),
        (["train", "xor.yaml", "-o", ""], "an argument is empty"),
    ],
)
def test_an_empty_argument_is_refused_and_stands_for_no_folder(bpcli: Command, arguments: list[str], what: str) -> None:
    before = sorted(Path().iterdir())
    ending = bpcli(*arguments)
    assert ending.code == 2
    assert ending.err == f"error: {what}: is a variable of the shell not set? Write a value, or leave it out\n"
    assert sorted(Path().iterdir()) == before


def test_a_signal_that_python_has_wrapped_into_another_error_still_interrupts(
    bpcli: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrapped(*_: object, **__: object) -> None:
        raise RuntimeError("Error calling __set_name__") from Interrupted(signal.SIGINT)

    monkeypatch.setattr(api, "evaluate", wrapped)
    ending = bpcli("eval", "last.npz")
    assert (ending.code, ending.err) == (130, "error: interrupted\n")


def test_a_module_that_does_not_load_is_named_in_one_line(bpcli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def unloadable(*_: object, **__: object) -> None:
        raise ImportError("IMPORTANT: READ THIS\n\nOriginal error was: no such file: libx.so\n", name="numpy")

    monkeypatch.setattr(api, "evaluate", unloadable)
    ending = bpcli("eval", "last.npz")
    assert (ending.code, ending.err) == (1, "error: cannot load numpy: no such file: libx.so\n")


def test_more_memory_than_there_is_is_said_in_one_line(bpcli: Command) -> None:
    refused = bpcli("train", "xor.yaml", "model.layers=[100000000000, 1]")
    assert refused.code == 2
    said = "the weights, 2 x 100,000,000,000 in model.layers[0], and what the optimizer keeps of them take 3.6 TB"
    assert said in refused.err
    assert refused.err.splitlines()[0].endswith("of memory: write fewer units")


def test_memory_that_runs_out_on_the_way_is_said_in_one_line(bpcli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(api, "evaluate", exhausted)
    refused = bpcli("eval", "run")
    assert refused.code == 1
    assert refused.err == (
        "error: there is not enough memory for 'bpcli eval': learn from fewer rows, with fewer units or in smaller "
        "batches, or end other programs\n"
    )


def test_a_character_the_stream_cannot_show_is_escaped_and_what_is_drawn_is_drawn_in_others(
    bpcli: Command, spawn: Spawn
) -> None:
    Path("xor.yaml").write_text(Path("xor.yaml").read_text().replace("name: xor", "name: größe\nschedule: cosine"))
    process = spawn("show", "xor.yaml", env=environment(PYTHONIOENCODING="ascii"))
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert "name: gr\\xf6\\xdfe\n" in out
    assert "|***" in out
    assert "+---" in out
    assert out.count("\\") == 2
