"""Processes that are to be hit: forked from one that has imported everything, so that a thousand take minutes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, MutableSequence, Sequence
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from threading import Lock
from typing import Any

from torture.points import Trap, watch
from torture.tally import SAVED, STEPS, keep_tally

TIMEOUT = 120.0
"""Seconds; what takes longer hangs."""


@dataclass(frozen=True)
class Ending:
    """How a process ended."""

    code: int
    """exit code; negative: the signal that killed it"""
    out: str
    err: str
    pid: int
    steps: int = 0
    """updates made"""
    saved: int = 0
    """step of the last checkpoint whose save was done; 0: none was"""

    @property
    def has_traceback(self) -> bool:
        return "Traceback" in self.out + self.err or "this is a bug in bpcli" in self.err


def heed_signals() -> None:
    """Undo what a shell's `&` or nohup has set: what is ignored here is ignored by every process started from here."""
    for name, usual in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)


def fork(target: Callable[..., None], *arguments: Any, patience: float) -> tuple[int | None, int]:
    """Run `target(*arguments)` in a process of its own; its exit code, None if it was killed as hanging, and number."""
    _CONTEXT.set_forkserver_preload(["torture.nursery"])
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before the first of them is forked
    process = _CONTEXT.Process(target=target, args=arguments)
    with _ASKING:
        process.start()
    ended = wait([process.sentinel], patience)
    if not ended:
        process.kill()
        wait([process.sentinel])
    with _ASKING:
        process.join()
    assert process.exitcode is not None
    assert process.pid is not None
    return process.exitcode if ended else None, process.pid


_CONTEXT = multiprocessing.get_context("forkserver")
_ASKING = Lock()
"""Each start asks after all processes there are, and an exit code can be read but once."""


def bpcli(
    folder: Path,
    arguments: Sequence[object],
    *,
    trap: Trap | None = None,
    change: Callable[..., None] | None = None,
    options: Sequence[Any] = (),
    label: str = "",
) -> Ending:
    """`bpcli ARGUMENTS` in `folder`, in a process of its own with `trap` set, after `change(*options)` there.

    `label` tells processes apart that are in one folder at the same time.
    """
    tally = _CONTEXT.Array("q", 2, lock=False)
    words = [str(argument) for argument in arguments]
    code, number = fork(_run, folder, words, label, trap, change, options, tally, patience=TIMEOUT)
    if code is None:
        raise TimeoutError(f"bpcli {' '.join(words)} takes more than {TIMEOUT:.0f} s")
    out, err = ((folder / f"{name}{label}").read_text(errors="replace") for name in (_OUT, _ERR))
    return Ending(code, out, err, number, tally[STEPS], tally[SAVED])


_OUT, _ERR = ".stdout", ".stderr"


def _run(
    folder: Path,
    arguments: list[str],
    label: str,
    trap: Trap | None,
    change: Callable[..., None] | None,
    options: Sequence[Any],
    tally: MutableSequence[int],
) -> None:
    os.chdir(folder)
    for name, handle in ((_OUT, 1), (_ERR, 2)):
        file = os.open(f"{name}{label}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(file, handle)
        os.close(file)
    sys.stdout, sys.stderr = (open(handle, "w", closefd=False) for handle in (1, 2))  # noqa: SIM115
    from bpcli.cli.process import run

    if change is not None:
        change(*options)
    keep_tally(tally)
    if trap is not None:
        watch(trap, folder)
    code = run(arguments)
    sys.stdout.flush()
    sys.stderr.flush()
    finish = getattr(trap, "finish", None)
    if finish is not None:
        finish()
    os._exit(code)
