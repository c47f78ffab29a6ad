"""No name in a file, a path or an argument reaches a terminal or a log as a control code."""

from __future__ import annotations

import copy
import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from bpcli.report.escape import command
from bpcli.runs.npz import pack, unpack
from tests.training.conftest import file_of

from .conftest import Command, Result
from .test_terminal import CONTROL, on_terminal

BAD = "\x1b[31mred\x07\x9b31m\u202eevil\r\n[bold]x[/bold]:smile:\u2028\x7f"
SHOWN = r"\x1b[31mred\x07\x9b31m\u202eevil\r\n[bold]x[/bold]:smile:\u2028\x7f"
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
NAME = "d\x1b[31m\u202e\udcff"
"""of a folder: a file system takes nearly every byte"""


@pytest.fixture(autouse=True)
def table(folder: Path) -> None:
    """bad.csv, whose first column and second class are hostile, and bad.yaml to learn it."""
    with open("bad.csv", "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow([f"a{BAD}", "b", "日本語"])
        rows.writerows([i * 0.1, -i, ["日本", f"c{BAD}", "[red]z[/red]"][i % 3]] for i in range(60))
    Path("bad.yaml").write_text(
        "name: bad\ndata: {name: csv, file: bad.csv, test_fraction: 0.3}\nmodel: {layers: [4, 3]}\n"
        "training: {epochs: 1}\n"
    )


def require_safe(result: Result) -> None:
    for text in result.out, result.err:
        assert not UNSAFE.search(text), repr(text)
    assert "this is a bug" not in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("columns", [80, None], ids=["terminal", "pipe"])
def test_the_classes_of_a_table_are_shown_escaped_in_aligned_columns(bpcli: Command, columns: int | None) -> None:
    require_safe(bpcli("train", "bad.yaml", "-o", "run"))
    shown = bpcli("eval", "run").out if columns is None else CONTROL.sub("", on_terminal("eval", "run", columns=200))
    assert not UNSAFE.search(shown.replace("\r\n", "\n"))
    assert f"c{SHOWN}" in shown
    assert "[red]z[/red]" in shown
    lines = shown.splitlines()
    title = next(i for i, line in enumerate(lines) if line.startswith("class "))
    assert len({cell_len(line) for line in lines[title : title + 4]}) == 1, "wide characters take two cells"


@pytest.mark.parametrize("verb", ["train", "gradcheck", "lr-find", "verify", "show"])
@pytest.mark.parametrize(
    "change",
    [
        "optimizer.learning_rate=0.1",
        f"data.target={BAD}",
        f"data.file={BAD}",
        f"loss.class_weights.{BAD}=2",
        f"name={BAD}",
        f"{BAD}=1",
        BAD,
    ],
)
def test_every_verb_shows_hostile_columns_and_arguments_escaped(bpcli: Command, verb: str, change: str) -> None:
    require_safe(bpcli(verb, "bad.yaml", change))


@pytest.mark.parametrize(
    "arguments",
    [
        [BAD],
        [f"--{BAD}"],
        ["train", BAD],
        ["train", f"--{BAD}=1"],
        ["train", "bad.yaml", "--require", f"{BAD}>=1"],
        ["init", BAD],
        ["init", "xor", "-o", f"{NAME}/x"],
        ["eval", BAD],
        ["show", BAD],
        ["show", f"{NAME}/x.yaml"],
    ],
)
def test_arguments_are_refused_in_safe_words(bpcli: Command, arguments: list[str]) -> None:
    result = bpcli(*arguments)
    require_safe(result)
    assert result.code == 2


def test_a_hostile_folder_is_shown_escaped_and_the_commands_name_it_so_that_a_shell_finds_it(bpcli: Command) -> None:
    trained = bpcli("train", "bad.yaml", "-o", NAME)
    require_safe(trained)
    line = next(line for line in trained.out.splitlines() if line.startswith("next"))
    told = line.removeprefix("next").strip().removeprefix("bpcli eval ")
    found = subprocess.run(["bash", "-c", f"ls {told}"], capture_output=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert found.stdout == os.fsencode(f"{NAME}/best.npz\n")
    for arguments in (["eval", NAME], ["show", NAME], ["train", "bad.yaml", "-o", NAME], ["train", f"{NAME}/log.csv"]):
        require_safe(bpcli(*arguments))


def test_a_usual_path_is_quoted_as_usual() -> None:
    assert command(["bpcli", "eval", "größe/my run"]) == "bpcli eval 'größe/my run'"


def places(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Of everything in a header."""
    if at:
        yield at
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*at, key))


def test_no_text_in_the_header_of_a_checkpoint_is_shown_raw(bpcli: Command) -> None:
    """With the right digest: anybody can write that."""
    bpcli("train", "bad.yaml", "-o", "run")
    header, arrays = unpack(Path("run/last.npz"))
    header = {key: value for key, value in header.items() if key not in ("arrays", "format_version")}
    run, forged, refused = Path("forged"), 0, 0
    run.mkdir()
    for *path, last in places(header):
        changed = copy.deepcopy(header)
        inside: Any = changed
        for key in path:
            inside = inside[key]
        if not isinstance(inside[last], str):
            continue
        inside[last] = BAD
        (run / "last.npz").write_bytes(file_of(pack(changed, arrays)))
        for verb in ("show", "eval"):
            result = bpcli(verb, "forged")
            require_safe(result)
            refused += result.code == 2
        forged += 1
    assert forged > 20
    assert 0 < refused < 2 * forged


@pytest.mark.parametrize(
    "log",
    ["epoch,loss\x1b[31m\x07\u202e\n1,2\n", 'epoch,"a\nb"\n1,2\n', "\x1b[31m", "epoch,step\n\x1b,2\n", "a\r\nb\r\n"],
)
def test_a_hostile_log_is_shown_escaped_or_refused(bpcli: Command, log: str) -> None:
    bpcli("train", "xor.yaml", "-o", "run")
    Path("run/log.csv").write_text(log)
    require_safe(bpcli("show", "run"))


def test_json_says_the_same_without_a_control_code(bpcli: Command) -> None:
    bpcli("train", "bad.yaml", "-o", "run")
    result = bpcli("eval", "run", "--json")
    require_safe(result)
    assert sorted(json.loads(result.out)["class_names"]) == sorted(["日本", f"c{BAD}", "[red]z[/red]"])
    assert "日本" in result.out


def test_json_is_json_in_every_encoding() -> None:
    command = [sys.executable, "-m", "bpcli"]
    subprocess.run([*command, "train", "bad.yaml", "-o", "run"], check=True, capture_output=True)
    done = subprocess.run(
        [*command, "eval", "run", "--json"], env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True
    )
    assert "日本" in json.loads(done.stdout)["class_names"]


def test_a_traceback_on_demand_is_escaped(bpcli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPCLI_TRACEBACK", "1")
    monkeypatch.setattr("bpcli.api.evaluate.evaluate", lambda *_, **__: {}[BAD])
    result = bpcli("eval", "run")
    assert not UNSAFE.search(result.err)
    assert "KeyError" in result.err
