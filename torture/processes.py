"""Real processes of `python -m bpcli`, where what matters is what they are started with: streams and terminals."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import termios
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import bpcli
from torture.children import TIMEOUT, Ending

COMMAND = (sys.executable, "-m", "bpcli")
_DECIDING = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "GITHUB_ACTIONS")
"""Variables that change what is written."""


def environment(**changes: str) -> dict[str, str]:
    """Ours, but for what decides on the output; with this bpcli, wherever the process runs."""
    kept = {key: value for key, value in os.environ.items() if key not in (*_DECIDING, "PYTHONUNBUFFERED")}
    own = {"PYTHONPATH": str(Path(bpcli.__file__).parents[1]), "TERM": "xterm-256color"}
    return kept | own | changes


def process(folder: Path, command: Sequence[str], streams: str = "", **changes: str) -> Ending:
    """`COMMAND STREAMS` as the shell has it in `folder`, such as `... >/dev/full`, and how it ended."""
    shell = ["/bin/sh", "-c", f'exec "$@" {streams}', "sh", *command]
    with subprocess.Popen(
        shell, cwd=folder, env=environment(**changes), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as started:
        out, err = started.communicate(timeout=TIMEOUT)
    return Ending(started.returncode, out.decode(), err.decode(), started.pid)


def head(folder: Path, command: Sequence[str], lines: int = 1) -> Ending:
    """`COMMAND | head -LINES`: how the command ended."""
    with subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as started:
        shown = subprocess.run(["head", f"-{lines}"], stdin=started.stdout, capture_output=True, check=True)
        assert started.stdout is not None
        started.stdout.close()
        assert started.stderr is not None
        err = started.stderr.read()
        code = started.wait(TIMEOUT)
    return Ending(code, shown.stdout.decode(), err.decode(), started.pid)


def on_terminal(
    folder: Path, command: Sequence[str], *, columns: int = 80, leave_at: bytes | None = None, **changes: str
) -> Ending:
    """The command on a terminal, which goes away when `leave_at` is written to it; standard error is there as well."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, columns))
    with subprocess.Popen(
        command, cwd=folder, env=environment(**changes), stdin=theirs, stdout=theirs, stderr=theirs
    ) as started:
        os.close(theirs)
        written = _read(ours, leave_at)
        os.close(ours)
        code = started.wait(TIMEOUT)
    return Ending(code, written.decode(), "", started.pid)


def _read(terminal: int, until: bytes | None) -> bytes:
    """What is written there until it is closed on the other side."""
    written = b""
    with suppress(OSError):  # Linux's end of file
        while (until is None or until not in written) and (part := os.read(terminal, 65536)):
            written += part
    return written
