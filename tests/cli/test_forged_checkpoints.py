"""Whatever a checkpoint says under a digest that is right, every verb answers with a result or one sentence."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpcli.cli.process import run
from bpcli.runs.npz import Packed, pack, unpack

CONFIG = """
data: {name: csv, file: t.csv, target: y, batch_size: 4, validation_fraction: 0.25, scale: standard}
model: {layers: [2], output: softmax}
optimizer: {name: sgd, learning_rate: 0.1, momentum: 0.9}
training: {epochs: 1}
"""
VERBS: dict[str, list[str]] = {
    "eval": ["eval", "forged"],
    "show": ["show", "forged"],
    "gradcheck": ["gradcheck", "forged", "--samples", "1"],
    "resume": ["train", "c.yaml", "--resume", "forged", "--progress", "none"],
    "from": ["train", "c.yaml", "--from", "forged", "--dry-run", "--progress", "none"],
    "lr-find": ["lr-find", "forged"],
    "verify": ["verify", "forged"],
}
READERS = ("eval", "show", "from", "resume", "gradcheck")
DELETED = object()
VALUES: list[Any] = [
    *(DELETED, None, "", [], {}, -1, 0, 1e308, 5e-324, True, "a\0b", "x" * 20_000, "\x1b[2J\n", "\ud800", ["a"], [[1]]),
    *(
        2**63,
        "@-1e400@",
        10**18,
        10**150,
        10**4000,
        "@1e400@",
        "@NaN@",
        f"@{'9' * 5000}@",
        f"@{'[' * 3000}{']' * 3000}@",
    ),
]
"""What stands between two @ is put into the JSON as it is."""


Whole = tuple[dict[str, Any], dict[str, np.ndarray]]
"""Header and arrays."""


@pytest.fixture
def checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Whole:
    """One that is right, of the run in the folder `whole`."""
    monkeypatch.chdir(tmp_path)
    rows = [f"{i % 3},{i % 5},{'pq'[i % 2]}" for i in range(12)]
    Path("t.csv").write_text("\n".join(["a,b,y", *rows]))
    Path("c.yaml").write_text(CONFIG)
    assert run(["train", "c.yaml", "-o", "whole", "--progress", "none"]) == 0
    Path("forged").mkdir()
    return unpack(Path("whole/last.npz"))


def forge(header: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    packed = pack(header, arrays)
    text = re.sub(r'"@(.*?)@"', r"\1", packed.header)
    Path("forged/log.csv").write_bytes(Path("whole/log.csv").read_bytes())
    with open("forged/last.npz", "wb") as file:
        Packed(text, arrays).write(file)


def require_an_answer(capsys: pytest.CaptureFixture[str], verb: str, what: object) -> str:
    code = run(VERBS[verb])
    said = "".join(capsys.readouterr())
    assert "bug in bpcli" not in said, (verb, what, said)
    assert "Traceback" not in said, (verb, what)
    assert code in (0, 2, 3) or (code, verb) == (1, "gradcheck"), (verb, what, code, said)
    return said


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Of everything in a header but what says how it is to be read."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        if (*path, key) not in (("arrays",), ("format_version",)):
            yield (*path, key)
            yield from places(below, (*path, key))


def with_value(header: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    header = copy.deepcopy(header)
    around: Any = header
    for key in path[:-1]:
        around = around[key]
    if value is DELETED:
        del around[path[-1]]
    else:
        around[path[-1]] = value
    return header


def test_each_part_of_the_header_may_be_anything(checkpoint: Whole, capsys: pytest.CaptureFixture[str]) -> None:
    """Each value stands at some places, and is read by each verb at some."""
    header, arrays = checkpoint
    turn = count()
    for path in places(header):
        number = next(turn)
        value = VALUES[number % len(VALUES)]
        forge(with_value(header, path, value), arrays)
        require_an_answer(capsys, READERS[number % len(READERS)], (path, str(value)[:20]))


BUGS: list[tuple[tuple[Any, ...], Any]] = [
    (("config", "checkpoint"), DELETED),
    (("config", "checkpoint"), None),
    (("config", "model"), DELETED),
    (("config", "data", "file"), "t\0.csv"),
    (("config", "data", "file"), "\ud800"),
    (("config", "no\0such"), 1),
    (("config", "model", "layers", 0, "units"), 10**150),
    (("config", "model", "layers", 0, "units"), "@1e400@"),
    (("config", "model", "layers", 0, "init"), {"name": "he_uniform", "gain": 1e308}),
    (("data",), DELETED),
    (("counters", "log", "size"), 2**62),
]


@pytest.mark.parametrize(("path", "value"), BUGS, ids=["-".join(map(str, path)) for path, _ in BUGS])
def test_what_once_was_a_bug_is_answered_by_every_verb(
    checkpoint: Whole, capsys: pytest.CaptureFixture[str], path: tuple[Any, ...], value: Any
) -> None:
    header, arrays = checkpoint
    for verb in VERBS:
        forge(with_value(header, path, value), arrays)
        require_an_answer(capsys, verb, path)


CHANGES: list[Callable[[np.ndarray], np.ndarray]] = [
    lambda array: array.reshape(-1)[:0],
    lambda array: np.concatenate([np.atleast_1d(array)] * 2),
    lambda array: array[np.newaxis],
    lambda array: array.reshape((1,) * 9 + array.shape),
    lambda array: np.abs(array).astype(np.uint64),
    lambda array: array.astype(np.float64),
    lambda array: array * 0,
    lambda array: np.full_like(array, 3e38 if array.dtype.kind == "f" else 2**64 - 1),
]


def test_each_array_may_be_anything_or_missing(checkpoint: Whole, capsys: pytest.CaptureFixture[str]) -> None:
    header, arrays = checkpoint
    turn = count()
    for name, array in arrays.items():
        for change in CHANGES:
            verb = READERS[next(turn) % len(READERS)]
            forge(header, {**arrays, name: change(array)})
            require_an_answer(capsys, verb, (name, CHANGES.index(change)))
        forge(header, {other: arrays[other] for other in arrays if other != name})
        require_an_answer(capsys, READERS[next(turn) % len(READERS)], (name, "missing"))


@pytest.mark.parametrize("name", ["scaler.shift", "scaler.factor"])
@pytest.mark.parametrize("change", [lambda array: array[:1], lambda array: array[:0], lambda array: array[np.newaxis]])
def test_a_scaling_of_other_columns_is_refused(
    checkpoint: Whole,
    capsys: pytest.CaptureFixture[str],
    name: str,
    change: Callable[[np.ndarray], np.ndarray],
) -> None:
    header, arrays = checkpoint
    forge(header, {**arrays, name: change(arrays[name])})
    assert f"is not a whole bpcli checkpoint: {name} is missing or wrong" in require_an_answer(capsys, "eval", name)


def test_the_whole_one_is_read_by_all(checkpoint: Whole, capsys: pytest.CaptureFixture[str]) -> None:
    forge(*checkpoint)
    for verb in READERS:
        assert "error:" not in require_an_answer(capsys, verb, "whole")
