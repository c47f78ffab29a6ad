"""Ctrl-C, SIGTERM and a terminal that hangs up, to a real process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from bpcli.cli.signals import Interrupted, watching
from bpcli.runs.checkpoint import load_checkpoint

from .conftest import Command, Spawn, wait_for

ENDLESS = "training.epochs=1000000"
SIGNALS = [(signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGTERM, 143)]


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_saves_and_says_how_to_go_on(spawn: Spawn, bpcli: Command, number: int, code: int) -> None:
    process = spawn("train", "moons.yaml", ENDLESS, "-o", "a run")
    wait_for(Path("a run/last.npz"), process)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert err.startswith("interrupted and saved after epoch ")
    assert err.endswith(f"go on with\n  bpcli train moons.yaml {ENDLESS} --resume 'a run/last.npz'\n")
    step = load_checkpoint("a run/last.npz").counters.step
    epochs = step // 4 + 2
    assert bpcli("train", "moons.yaml", f"training.epochs={epochs}", "--resume", "a run/last.npz").code == 0
    assert bpcli("train", "moons.yaml", f"training.epochs={epochs}", "-o", "whole").code == 0
    with np.load("a run/last.npz") as resumed, np.load("whole/last.npz") as whole:
        assert all(np.array_equal(resumed[name], whole[name]) for name in whole.files if name.startswith("layers"))


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_during_start_up_ends_at_once(spawn: Spawn, number: int, code: int) -> None:
    program = (
        "import os, sys, bpcli.data.sources.toy as plane\n"
        "from bpcli.cli.process import run\n"
        f"plane.Moons.load = lambda *_: os.kill(os.getpid(), {number})\n"
        "sys.exit(run(['train', 'moons.yaml']))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (code, "error: interrupted\n")
    assert not Path("runs").exists()


def test_a_second_signal_stops_at_once_and_harms_nothing(spawn: Spawn) -> None:
    program = (
        "import os, signal, sys, bpcli.runs.recorder as run_module\n"
        "from bpcli.cli.process import run\n"
        "save = run_module.Recorder.save\n"
        "def interrupted_save(self, **options):\n"
        "    if os.path.exists('again'):\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "    save(self, **options)\n"
        "    if not os.path.exists('again'):\n"
        "        open('again', 'w').close()\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "run_module.Recorder.save = interrupted_save\n"
        "sys.exit(run(['train', 'moons.yaml', '-o', 'run']))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (143, "error: interrupted\n")
    assert load_checkpoint("run/last.npz").counters.epoch == 1
    assert not list(Path("run").glob("*.tmp"))


def test_a_pipe_that_the_signal_ends_too_changes_nothing(spawn: Spawn) -> None:
    """`bpcli train ... | tee log`, and Ctrl-C for both."""
    process = spawn("train", "moons.yaml", ENDLESS, "-o", "run", "--progress", "plain")
    wait_for(Path("run/last.npz"), process)
    process.send_signal(signal.SIGSTOP)
    assert process.stdout is not None
    process.stdout.close()
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGCONT)
    assert process.stderr is not None
    err = process.stderr.read()
    assert process.wait(30) == 130
    assert err.startswith("interrupted")
    assert "run/last.npz" in err
    load_checkpoint("run/last.npz")


def test_a_pipe_that_nobody_reads_ends_a_training_with_all_that_was_learnt(spawn: Spawn) -> None:
    process = spawn("train", "moons.yaml", ENDLESS, "-o", "run", "--progress", "plain")
    wait_for(Path("run/last.npz"), process)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    assert process.wait(30) == 1
    assert err == ("error: nobody reads on what is shown; what was learnt is saved: go on with --resume run/last.npz\n")


def test_hanging_up_twice_is_once(capsys: pytest.CaptureFixture[str]) -> None:
    """The shell says it, and the kernel."""
    with watching() as interruption:
        assert not interruption.requested()
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGHUP)
        assert interruption.exit_code == 129


def test_what_our_parent_ignores_stays_ignored(spawn: Spawn) -> None:
    program = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); from bpcli.__main__ import main; main()"
    )
    arguments = ["train", "moons.yaml", ENDLESS, "-o", "run", "--progress", "none"]
    process = subprocess.Popen([sys.executable, "-c", program, *arguments], stdout=subprocess.DEVNULL)
    wait_for(Path("run/last.npz"), process)  # type: ignore[arg-type]
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert process.poll() is None
    process.terminate()
    assert process.wait(30) == 143


def test_handlers_are_put_back() -> None:
    before = [signal.getsignal(number) for number, _ in SIGNALS]
    with pytest.raises(Interrupted), watching():
        os.kill(os.getpid(), signal.SIGTERM)
    assert [signal.getsignal(number) for number, _ in SIGNALS] == before


def test_the_first_signal_only_shows_once_someone_asks_for_it() -> None:
    with watching() as interruption:
        assert not interruption.requested()
        os.kill(os.getpid(), signal.SIGTERM)
        assert interruption.requested()
        assert interruption.exit_code == 143
        with pytest.raises(Interrupted):
            os.kill(os.getpid(), signal.SIGTERM)
