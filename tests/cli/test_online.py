"""Learning from rows as they arrive, and going on from a checkpoint, as a user does it."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from bpcli.runs.checkpoint import load_checkpoint

from .conftest import Command, Spawn

HEADER = "x,y,side\n"
CONFIG = """\
data: {name: stream, file: rows.csv, target: side, classes: [above, below], epoch_size: 50}
model: {layers: [6, 2]}
optimizer: {learning_rate: 0.1}
"""
PIPE = "data.file=-"


def rows(count: int, seed: int = 0) -> list[str]:
    rng = random.Random(seed)
    points = [(rng.uniform(-1, 1), rng.uniform(-1, 1)) for _ in range(count)]
    return [f"{x:.3f},{y:.3f},{'above' if y > x else 'below'}\n" for x, y in points]


@pytest.fixture(autouse=True)
def _stream(folder: Path) -> None:
    Path("online.yaml").write_text(CONFIG)
    Path("rows.csv").write_text(HEADER + "".join(rows(120)))


def test_a_file_is_learnt_from_once(bpcli: Command) -> None:
    done = bpcli("train", "online.yaml")
    assert (done.code, done.err) == (0, "")
    assert "data        stream, each update of 1 row\n" in done.out
    epochs = [line for line in done.out.splitlines() if line.startswith("epoch")]
    assert [line.split("  prequential_loss ")[0] for line in epochs] == ["epoch    1", "epoch    2", "epoch    3"]
    assert "status  completed after 3 epochs, 120 steps" in done.out
    assert "next    bpcli eval runs/online/best.npz data.name=csv data.file=FILE" in done.out


def test_a_pipe_gives_the_bits_of_a_file(bpcli: Command, spawn: Spawn) -> None:
    bpcli("train", "online.yaml", "data.window=8", "-o", "file")
    process = spawn("train", "online.yaml", "data.window=8", PIPE, "-o", "pipe", stdin=subprocess.PIPE)
    out, err = process.communicate(Path("rows.csv").read_text(), timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "completed after 3 epochs, 120 steps" in out
    with np.load("file/last.npz") as file, np.load("pipe/last.npz") as pipe:
        assert all(np.array_equal(file[name], pipe[name]) for name in file.files if name.startswith("layers"))


def test_a_row_is_learnt_from_as_soon_as_it_is_written_and_ctrl_c_is_heard_in_between(
    spawn: Spawn, bpcli: Command
) -> None:
    """The writer is slow: each row of the log is seen before the rows of the next are written."""
    process = spawn("train", "online.yaml", PIPE, "data.epoch_size=5", "-o", "run", stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(HEADER)
    for epoch in range(1, 4):
        process.stdin.writelines(rows(5, seed=epoch))
        process.stdin.flush()
        until = time.monotonic() + 30
        while not Path("run/last.npz").exists() or load_checkpoint("run/last.npz").counters.epoch < epoch:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < until
            time.sleep(0.01)
    process.stdin.writelines(rows(3, seed=9))
    process.stdin.flush()
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    assert process.stderr is not None
    assert process.stderr.read().startswith("interrupted and saved after epoch 3, step 18; go on with\n")
    assert load_checkpoint("run/last.npz").counters.position == 18

    resumed = spawn("train", "online.yaml", PIPE, "data.epoch_size=5", "-o", "run", "--resume", "last",
                    stdin=subprocess.PIPE)  # fmt: skip
    out, err = resumed.communicate(HEADER + "".join(rows(4)), timeout=60)
    assert (resumed.returncode, err) == (0, "")
    assert "warning: what a pipe has brought cannot be read again: the run goes on with the rows that come now" in out
    assert load_checkpoint("run/last.npz").counters.position == 22


def epoch_of(run: str) -> int:
    return load_checkpoint(f"{run}/last.npz").counters.epoch if Path(run, "last.npz").exists() else 0


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("", ""),
        ("", "\n"),
        ("", "  ,,\n\n\r\n"),
        ("", "x"),
        ("", "\n" * 100_000),
        ("data.batch_size=5000", "0.1,0.2,above\n"),
    ],
    ids=["silence", "blank lines", "empty cells", "a line without end", "floods of blank lines", "a batch"],
)
def test_ctrl_c_is_heard_whatever_comes_and_what_was_learned_is_saved(spawn: Spawn, keys: str, text: str) -> None:
    """The writer goes on without a pause: for as long as that, no row has been waited for."""
    process = spawn(
        "train", "online.yaml", PIPE, "data.epoch_size=5", *keys.split(), "-o", "run", stdin=subprocess.PIPE
    )
    assert process.stdin is not None
    learned = 10_000 if keys else 10
    process.stdin.writelines([HEADER, *rows(learned)])
    process.stdin.flush()
    until = time.monotonic() + 30
    while epoch_of("run") < 2:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)
    began, told = time.monotonic(), False
    with contextlib.suppress(BrokenPipeError):
        while process.poll() is None and time.monotonic() < began + 10:
            if not told and time.monotonic() > began + 0.5:
                process.send_signal(signal.SIGINT)
                told = True
            os.write(process.stdin.fileno(), text.encode())
            time.sleep(0.001)
    assert process.poll() == 130, "while the writer goes on"
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.startswith(f"interrupted and saved after epoch 2, step {2 if keys else 10}; go on")
    assert load_checkpoint("run/last.npz").counters.position == learned


def test_a_file_that_grows_is_followed_by_tail(spawn: Spawn) -> None:
    with open("rows.csv", "a", encoding="utf-8") as growing:
        tail = subprocess.Popen(["tail", "-n", "+1", "-f", "rows.csv"], stdout=subprocess.PIPE)
        process = spawn("train", "online.yaml", PIPE, "-o", "run", stdin=tail.stdout)
        until = time.monotonic() + 30
        while epoch_of("run") < 2:
            assert time.monotonic() < until
            time.sleep(0.01)
        growing.writelines(rows(30, seed=1))
        growing.flush()
        while epoch_of("run") < 3:
            assert time.monotonic() < until
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        assert process.returncode == 130
        tail.kill()
        tail.communicate()
    assert load_checkpoint("run/last.npz").counters.position == 150


def test_ctrl_c_before_the_header_has_come_ends_at_once(spawn: Spawn) -> None:
    process = spawn("train", "online.yaml", PIPE, "-o", "run", stdin=subprocess.PIPE)
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    assert not Path("run").exists()


def test_a_broken_row_is_named_and_what_was_learnt_is_saved(bpcli: Command) -> None:
    with open("rows.csv", "a", encoding="utf-8") as file:
        file.write("0.5,?,above\n")
    broken = bpcli("train", "online.yaml", "-o", "run")
    assert broken.code == 2
    assert broken.err == (
        "error: rows.csv:122: y: '?' is not a number; what was learnt before is saved: "
        "go on with --resume run/last.npz\n"
    )
    assert load_checkpoint("run/last.npz").counters.position == 120


@pytest.mark.parametrize(("given", "message"), [
    ("", "error: standard input is empty, but a stream begins with a line of column names\n"),
    (HEADER, "error: standard input has a header, but no rows\n"),
    (HEADER + "1,2\n", "error: standard input:2 has 2 cells, but standard input:1 has 3\n"),
])  # fmt: skip
def test_what_is_wrong_with_standard_input_is_said(spawn: Spawn, given: str, message: str) -> None:
    process = spawn("train", "online.yaml", PIPE, stdin=subprocess.PIPE)
    _, err = process.communicate(given, timeout=60)
    assert (process.returncode, err) == (2, message)


def test_what_was_logged_last_decides_the_exit_code(bpcli: Command) -> None:
    assert bpcli("train", "online.yaml", "--require", "prequential_loss<5").code == 0
    short = bpcli("train", "online.yaml", "--require", "prequential_loss<0.001")
    assert short.code == 1
    assert re.fullmatch(r"error: requirement not met: prequential_loss is [\d.]+, required < 0.001\n", short.err)


def test_a_stream_is_shown_without_being_read(bpcli: Command) -> None:
    assert "layers.0  (N, 2)  (N, 6)" in bpcli("show", "online.yaml").out
    assert "layers.0  (N, 2)  (N, 6)" in bpcli("show", "online.yaml", PIPE, "model.input=2").out
    unknown = bpcli("show", "online.yaml", PIPE)
    assert unknown.code == 0
    assert "name: stream" in unknown.out
    assert "the pipe, which is not read here: set model.input" in unknown.err


def test_a_checkpoint_of_a_stream_is_measured_on_other_data(bpcli: Command) -> None:
    bpcli("train", "online.yaml", "-o", "run")
    refused = bpcli("eval", "run")
    assert refused.code == 2
    assert "a stream is read once, and has no split to measure: give other data, such as data.name=csv" in refused.err
    Path("new.csv").write_text(HEADER + "".join(line for line in rows(80, seed=3) if "above" in line))
    measured = bpcli("eval", "run", "data.name=csv", "data.file=new.csv", "data.test_fraction=0")
    assert (measured.code, measured.err) == (0, "")
    assert "above" in measured.out


def test_its_gradients_are_checked_on_its_first_rows(bpcli: Command) -> None:
    bpcli("train", "online.yaml", "-o", "run")
    for target in ("online.yaml", "run"):
        checked = bpcli("gradcheck", target)
        assert checked.code == 0
        assert "on 64 examples" in checked.out


@pytest.mark.parametrize("verb", ["gradcheck", "lr-find"])
def test_what_only_looks_reads_no_pipe(bpcli: Command, verb: str) -> None:
    refused = bpcli(verb, "online.yaml", PIPE)
    assert refused.code == 2
    assert "only a training reads a pipe: give the rows as a file, with data.file=FILE" in refused.err


def test_a_rate_is_looked_for_in_the_first_rows(bpcli: Command) -> None:
    assert bpcli("lr-find", "online.yaml", "--steps", 60).code == 0


def test_the_rate_of_a_stream_is_shown_as_far_as_it_is_known(bpcli: Command) -> None:
    for schedule in ("constant", "{name: inverse_time, per: step}", "{name: inverse_time, per: epoch}"):
        assert bpcli("show", "online.yaml", f"schedule={schedule}").code == 0
        assert bpcli("show", "online.yaml", f"schedule={schedule}", PIPE, "model.input=2").code == 0


def test_samples_of_a_stream_are_not_drawn(bpcli: Command) -> None:
    refused = bpcli("show", "online.yaml", "--samples", "s.png")
    assert refused.code == 2
    assert "draw those of data.name=csv" in refused.err


def test_from_a_checkpoint_and_what_is_said_of_it(bpcli: Command) -> None:
    bpcli("train", "online.yaml", "-o", "old")
    Path("rows.csv").write_text(HEADER + "".join(rows(60, seed=5)))
    kept = bpcli("train", "online.yaml", "-o", "new", "--from", "old/last.npz", "--optimizer-state", "keep")
    assert (kept.code, kept.err) == (0, "")
    assert "run         new, from old/last.npz\n" in kept.out
    assert "completed after 2 epochs, 180 steps" in kept.out
    assert "started from  old/last.npz, with its optimizer state after step 120\n" in bpcli("show", "new").out
    reset = bpcli("train", "online.yaml", "--from", "old")
    assert "run         runs/online, from old/best.npz\n" in reset.out
    assert "started from  old/best.npz\n" in bpcli("show", "runs/online").out


def test_resume_auto_goes_on_with_a_run_that_came_from_a_checkpoint(bpcli: Command) -> None:
    bpcli("train", "moons.yaml", "-o", "old")
    arguments = ["train", "moons.yaml", "-o", "new", "--from", "old", "--resume", "auto"]
    assert "resumed" not in bpcli(*arguments).out
    again = bpcli(*arguments, "training.epochs=5")
    assert "run         new, from old/best.npz, resumed after epoch 3, step 12" in again.out


@pytest.mark.parametrize(("arguments", "message"), [
    (["--from", "old", "--resume", "last"], "--from begins a new run and --resume goes on with an old one"),
    (["--optimizer-state", "reset"], "give --from with it"),
    (["--from", "nowhere"], "nowhere"),
    (["--from", "old", "model.layers=[5, 2]"], "its layers.0.W is (2, 6), and here (2, 5): write the same model"),
])  # fmt: skip
def test_a_start_that_cannot_be_is_refused(bpcli: Command, arguments: list[str], message: str) -> None:
    bpcli("train", "moons.yaml", "-o", "old")
    refused = bpcli("train", "moons.yaml", *arguments)
    assert (refused.code, refused.out) == (2, "")
    assert message in refused.err
    assert not Path("runs").exists()


def test_a_terminal_shows_a_stream_without_an_end(bpcli: Command) -> None:
    done = bpcli("train", "online.yaml", "--progress", "rich")
    assert done.code == 0
    assert "prequential" in done.out
