"""A stream goes on only behind the rows that it has learned from."""

from __future__ import annotations

import hashlib
import os
import threading
from array import array
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bpcli.api.train import train
from bpcli.config.sections import Config
from bpcli.data.sources import Stream
from bpcli.data.stream_batches import UNKNOWN, StreamBatches
from bpcli.errors import CheckpointError
from bpcli.runs.checkpoint import load_checkpoint
from bpcli.training.events import Event, Started

from .test_train import after

HEADER = "a,b,side\n"
ROWS = [f"{i % 7}.5,{i % 5},{'up' if i % 3 else 'down'}\n" for i in range(20)]
MORE = ["1,2,up\n", "2,1,down\n"]


@pytest.fixture
def stream(moons: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.chdir(tmp_path)
    write(ROWS)
    data = Stream(file="s.csv", classes=("up", "down"), batch_size=2, window=5, epoch_size=8)
    return replace(moons, data=data, training=replace(moons.training, epochs=None))


def write(rows: list[str], name: str = "s.csv", header: str = HEADER) -> None:
    Path(name).write_text(header + "".join(rows))


def digest(rows: list[str]) -> str:
    """Of the rows' numbers and classes, as doubles."""
    cells = [line.strip().split(",") for line in rows]
    values = [[float(a), float(b), float(["up", "down"].index(side))] for a, b, side in cells]
    return hashlib.sha256(b"".join(array("d", row).tobytes() for row in values)).hexdigest()


@pytest.mark.parametrize("stop", [1, 4, 7, 10])
def test_a_checkpoint_keeps_a_digest_of_the_rows_learned_and_of_no_others(stream: Config, stop: int) -> None:
    train(stream, output="run", interrupted=after(stop))
    assert load_checkpoint("run/last.npz").data_sha256 == digest(ROWS[: 2 * stop])
    train(stream, output="run", resume="last")
    assert load_checkpoint("run/last.npz").data_sha256 == digest(ROWS)


@pytest.mark.parametrize("change", [
    lambda rows: ["0.5,0.001,down\n", *rows[1:]],
    lambda rows: [*rows[:9], rows[9].replace("down", "up") if "down" in rows[9] else "9,9,up\n", *rows[10:]],
    lambda rows: [rows[1], rows[0], *rows[2:]],
    lambda rows: rows[1:],
    lambda rows: [MORE[0], *rows],
    lambda rows: MORE * 10,
], ids=["a number", "a class", "the order", "the first row is gone", "a row is put before", "all rows"])  # fmt: skip
def test_a_file_whose_learned_rows_are_others_is_refused_and_the_run_stays(
    stream: Config, change: Callable[[list[str]], list[str]]
) -> None:
    train(stream, output="run", interrupted=after(5))
    write([*change(ROWS), *MORE])
    before = Path("run/last.npz").read_bytes()
    with pytest.raises(CheckpointError) as refused:
        train(stream, output="run", resume="last")
    assert str(refused.value) == (
        "cannot resume run/last.npz: the first 10 rows of s.csv are not those it has learned from; put them back, "
        "with new rows at the end, or start a new run with its weights: --from run/last.npz"
    )
    assert Path("run/last.npz").read_bytes() == before
    assert train(stream, output="new", start_from="run/last.npz").status == "completed"


def test_rows_that_were_not_learned_yet_may_change_and_blanks_do_not_matter(stream: Config) -> None:
    train(stream, output="run", interrupted=after(5))
    write(["\n", *[row.replace(",", " , ") for row in ROWS[:10]], "\n", *MORE], "other.csv")
    moved = replace(stream, data=replace(stream.data, file="other.csv"))
    assert train(moved, output="run", resume="last").steps == 6


def warnings(config: Config, **options: object) -> tuple[str, ...]:
    seen: list[Event] = []
    train(config, output="run", on_event=seen.append, **options)  # type: ignore[arg-type]
    return next(event.warnings for event in seen if isinstance(event, Started))


def test_a_checkpoint_without_a_digest_goes_on_and_says_that_nobody_knows(
    stream: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as old:
        old.setattr(StreamBatches, "sha256", UNKNOWN)
        train(stream, output="run", interrupted=after(5))
    write([MORE[0], *ROWS[1:]])
    (warning,) = warnings(stream, resume="last", interrupted=after(1))
    assert warning.startswith("nobody knows whether s.csv still begins with the rows that were learned from: ")
    assert warnings(stream, resume="last") == (), "from here on it is known"


def through_a_pipe(config: Config, rows: list[str], **options: object) -> tuple[str, ...]:
    if not Path("pipe").exists():
        os.mkfifo("pipe")
    writer = threading.Thread(target=write, args=(rows, "pipe"))
    writer.start()
    said = warnings(replace(config, data=replace(config.data, file="pipe")), **options)
    writer.join()
    return said


def test_what_a_pipe_brought_is_checked_when_a_file_takes_its_place(stream: Config) -> None:
    through_a_pipe(stream, ROWS[:10])
    write([MORE[0], *ROWS[1:]])
    with pytest.raises(CheckpointError, match=r"the first 10 rows of s\.csv are not those"):
        train(stream, output="run", resume="last")
    write(ROWS)
    assert warnings(stream, resume="last") == ()


def test_what_a_pipe_brought_before_it_was_left_is_not_known_any_more(stream: Config) -> None:
    through_a_pipe(stream, ROWS[:10])
    (warning,) = through_a_pipe(stream, ROWS[10:], resume="last")
    assert warning.startswith("what a pipe has brought cannot be read again")
    assert load_checkpoint("run/last.npz").data_sha256 == UNKNOWN
    (warning,) = warnings(stream, resume="last")
    assert warning.startswith("nobody knows whether")
