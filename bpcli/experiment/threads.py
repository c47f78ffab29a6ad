"""How many threads the matrix products use: one, unless the config says more."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

WORTH_THREADS = 100e6
"""Multiply-adds in a layer's product from which a second thread may gain half as much again.

It does where nobody else wants the processors. Where somebody does, a step takes up to five times as long: a product
waits for its slowest thread, and those that wait spin (benchmarks/NOTES.md).
"""

QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""Where Linux says how many microseconds of processor time in how many a container may have."""


def choose_threads(setting: int | Literal["auto"]) -> int:
    """The number of threads of a run."""
    return 1 if setting == "auto" else setting


def second_may_gain(widths: Sequence[int], batch_size: int) -> bool:
    """Whether a network of these layer widths (input first) may be faster with a second thread on this machine."""
    largest = max(batch_size * fan_in * fan_out for fan_in, fan_out in pairwise(widths))
    return largest >= WORTH_THREADS and _processors() > 1


def _processors() -> int:
    """Those this process may use, as far as the system tells: of a container that may use one and a half, one."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = QUOTA.read_text().split()
        return max(min(count, int(quota) // int(period)), 1)
    except (OSError, ValueError, ZeroDivisionError):  # no such file, or "max": as many as there are
        return count


def limit_threads(threads: int) -> AbstractContextManager[Any]:
    """While the context is open, BLAS uses `threads` threads."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[Any] = threadpool_limits(threads, user_api="blas")
    return limits
