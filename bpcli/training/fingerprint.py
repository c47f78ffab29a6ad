"""What the bits of a result depend on besides the config."""

from __future__ import annotations

import platform

import numpy as np

import bpcli


def fingerprint(threads: int) -> dict[str, str | int]:
    """Versions, the BLAS kernel and the thread count: equal fingerprints promise equal bits."""
    from threadpoolctl import threadpool_info

    blas: dict[str, object] = next((library for library in threadpool_info() if library["user_api"] == "blas"), {})
    return {
        "bpcli": bpcli.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "machine": platform.machine(),
        "blas": f"{blas.get('internal_api', 'unknown')} {blas.get('version', '')}".strip(),
        "blas_kernel": str(blas.get("architecture", "unknown")),
        "threads": threads,
    }


_DECIDES_BITS = ("numpy", "machine", "blas", "blas_kernel", "threads")


def difference(then: dict[str, str | int], now: dict[str, str | int]) -> str:
    """What decides the bits and is not as it was, in words; empty if nothing is."""
    changed = [key for key in _DECIDES_BITS if then.get(key) != now[key]]
    return ", ".join(f"{key} was {then.get(key)} and is {now[key]}" for key in changed)
