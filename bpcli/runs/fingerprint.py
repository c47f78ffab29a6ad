"""What the bits of a result depend on besides the config."""

from __future__ import annotations

import platform
from pathlib import Path

import numpy as np

from bpcli.version import __version__


def fingerprint(threads: int) -> dict[str, str | int]:
    """Versions, the BLAS kernel and the thread count: equal fingerprints promise equal bits."""
    blas = _blas_of_numpy()
    return {
        "bpcli": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "machine": platform.machine(),
        "blas": f"{blas.get('internal_api', 'unknown')} {blas.get('version', '')}".strip(),
        "blas_kernel": str(blas.get("architecture", "unknown")),
        "threads": threads,
    }


def _blas_of_numpy() -> dict[str, object]:
    """Of the BLAS libraries in the process: SciPy, where a program imports it too, brings one of its own."""
    from threadpoolctl import threadpool_info

    found = [library for library in threadpool_info() if library["user_api"] == "blas"]
    home = str(Path(np.__file__).parent)  # numpy, beside which numpy.libs lies
    return min(found, key=lambda library: not library["filepath"].startswith(home), default={})


_DECIDES_BITS = ("bpcli", "numpy", "machine", "blas", "blas_kernel", "threads")


def difference(then: dict[str, str | int], now: dict[str, str | int]) -> str:
    """What decides the bits and is not as it was, in words; empty if nothing is."""
    changed = [key for key in _DECIDES_BITS if then.get(key) != now[key]]
    return ", ".join(f"{key} was {then.get(key)} and is {now[key]}{_remedy(key, then)}" for key in changed)


def _remedy(key: str, then: dict[str, str | int]) -> str:
    """How it can be as it was, where the config decides."""
    return f" (threads={then[key]} would keep it)" if key == "threads" and key in then else ""
