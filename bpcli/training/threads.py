"""How many threads the matrix products use: chosen once a run, by its sizes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from itertools import pairwise
from typing import Any, Literal

WORTH_THREADS = 100e6
"""Multiply-adds in a layer's product from which a second thread pays. Below, it costs up to ten times the step."""


def choose_threads(setting: int | Literal["auto"], *, widths: Sequence[int], batch_size: int) -> int:
    """The number of threads for a network of these layer widths (input first)."""
    if setting != "auto":
        return setting
    largest = max(batch_size * fan_in * fan_out for fan_in, fan_out in pairwise(widths))
    return _processors() if largest >= WORTH_THREADS else 1


def _processors() -> int:
    """Those this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def limit_threads(threads: int) -> AbstractContextManager[Any]:
    """While the context is open, BLAS uses `threads` threads."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[Any] = threadpool_limits(threads, user_api="blas")
    return limits
