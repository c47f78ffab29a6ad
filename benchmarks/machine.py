"""What the figures were measured on, and with."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info

PACKAGES = ("numpy", "torch", "jax", "scikit-learn")


def describe() -> dict[str, str]:
    """Processor, system and versions, by name."""
    blas = next((pool for pool in threadpool_info() if pool["user_api"] == "blas"), {})
    return {
        "processor": f"{_processor()}, {os.cpu_count()} processors",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "BLAS of NumPy": f"{blas.get('internal_api')} {blas.get('version')} ({blas.get('architecture')})",
        **{name: version for name in PACKAGES if (version := _version(name))},
        "NumPy's SIMD": " ".join(np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])[-3:]),
    }


def _version(package: str) -> str | None:
    """None: not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    """As the system names it."""
    info = Path("/proc/cpuinfo")
    if not info.exists():
        return platform.processor() or platform.machine()
    fields = dict(line.split(":", 1) for line in info.read_text().split("\n\n")[0].splitlines() if ":" in line)
    names = {key.strip(): value.strip() for key, value in fields.items()}
    return f"{names.get('model name', 'unknown')} (family {names.get('cpu family')}, model {names.get('model')})"
