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

## What is checked of a cache and of a stream, and what is not

- **The cache of MNIST** is compared with the SHA-256 of the originals' decoded values, which stand in the code: one
  that was rewritten together with its `meta.json` is made anew. The originals of **Fashion-MNIST and KMNIST** were
  not at hand where this was written. What is known of them is the published SHA-256 of their files. A cache has to
  say that it comes from these files, its arrays have to be those that its own `meta.json` records, and images and
  labels of the right shape and range; whoever rewrites the arrays and all that `meta.json` says of them is not found
  out.
- **A cache that is cut while it is in use** is an error before the next epoch, with what was learned saved. Its size
  is looked at once an epoch: a cut between that look and the reading ends the process with SIGBUS, and pages of zeros
  are read where the cut is in the last page; the checkpoint before it is whole. A cache that is changed in place
  without a change of its size is found out at the next start, not in the run. bpcli itself never changes a cache in
  place.
- **A folder is replaced as a cache** only if it holds no other files than a cache does, and its `meta.json` is that
  of a cache, or it is empty, or its arrays are the very ones that were just decoded. All else is refused by name.
- **A stream that is a file** has to begin with the rows that were learned from, when a run goes on: the checkpoint
  keeps their SHA-256. Of a pipe they cannot be read again, so nothing can be compared; a file that takes its place
  can.

## How it is done

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
