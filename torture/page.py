"""The page that the table stands on."""

from __future__ import annotations

import os
import platform
import time

import numpy as np

from torture.row import Size

_PAGE = """\
# Robustness

What becomes of a run that is killed, starved, fed rubbish or moved: either it is the run there would have been, bit
for bit, or one sentence says what is wrong. `make torture OUTPUT=FILE` does all of this and writes this page; `make
test` does a fifth of it. `bpcli verify CONFIG` checks the heart of it, that an interrupted run is the uninterrupted
one, on a config and machine of yours.

Written by `python -m torture` ({size} size) on {date}:
Python {python}, NumPy {numpy}, {processors} processors, {system}.

{table}

How each is done stands in [torture/](../torture). Kills, failing calls and signals are counted in events of the
process, and not timed, so that each can be repeated: the k-th step, evaluation, or call of the operating system. The
processes are real, and the signals; a failing call is one that raises the error instead of being made; the power cut
of row 5 is a model of what POSIX promises, and no more, about what was not flushed.
"""


def page(table: str, size: Size) -> str:
    """Markdown, with where and when."""
    return _PAGE.format(
        size=size.name,
        date=time.strftime("%d %B %Y"),
        python=platform.python_version(),
        numpy=np.__version__,
        processors=os.cpu_count(),
        system=platform.system(),
        table=table,
    ).rstrip()
