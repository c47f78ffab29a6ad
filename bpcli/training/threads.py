"""How many threads the matrix products use: chosen once a run, by its sizes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

WORTH_THREADS = 100e6
"""Multiply-adds in a layer's product from which a second thread is worth its risk.

Where nobody else wants the processors, two threads make a step 1.15 times as quick at 13 million, and 1.5 times from 50
million on; with one of the two processors busy they make it 2.4 times as slow up to 50 million, and 1.1 to 1.4 times
beyond 100 million, because a product waits for its slowest thread (benchmarks/NOTES.md).
"""

QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""Where Linux says how many microseconds of processor time in how many a container may have."""


def choose_threads(setting: int | Literal["auto"], *, widths: Sequence[int], batch_size: int) -> int:
    """The number of threads for a network of these layer widths (input first)."""
    if setting != "auto":
        return setting
    largest = max(batch_size * fan_in * fan_out for fan_in, fan_out in pairwise(widths))
    return _processors() if largest >= WORTH_THREADS else 1


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
