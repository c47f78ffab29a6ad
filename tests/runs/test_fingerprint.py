"""What decides the bits is written down."""

from __future__ import annotations

import platform
from pathlib import Path

import numpy as np
import pytest
import threadpoolctl

from bpcli.runs.fingerprint import difference, fingerprint


def test_it_equals_itself() -> None:
    assert difference(fingerprint(1), fingerprint(1)) == ""


def test_another_thread_count_or_numpy_is_said() -> None:
    then = {**fingerprint(2), "numpy": "1.0"}
    assert difference(then, fingerprint(1)).startswith("numpy was 1.0 and is 2")
    assert difference(then, fingerprint(1)).endswith("threads was 2 and is 1 (threads=2 would keep it)")


def test_a_checkpoint_that_does_not_say_its_threads_is_no_advice() -> None:
    then = {key: value for key, value in fingerprint(1).items() if key != "threads"}
    assert difference(then, fingerprint(1)) == "threads was None and is 1"


def test_another_bpcli_is_said() -> None:
    assert difference({**fingerprint(1), "bpcli": "0.0.1"}, fingerprint(1)).startswith("bpcli was 0.0.1 and is ")


def test_of_several_blas_libraries_that_of_numpy_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(np.__file__).parents[1]
    libraries = [
        {"user_api": "openmp", "filepath": str(folder / "numpy.libs/omp.so"), "architecture": None},
        {"user_api": "blas", "filepath": str(folder / "scipy.libs/blas.so"), "architecture": "Nehalem"},
        {"user_api": "blas", "filepath": str(folder / "numpy.libs/blas.so"), "architecture": "Zen"},
    ]
    monkeypatch.setattr(threadpoolctl, "threadpool_info", lambda: libraries)
    assert fingerprint(1)["blas_kernel"] == "Zen"
    monkeypatch.setattr(threadpoolctl, "threadpool_info", list)
    assert fingerprint(1)["blas_kernel"] == "unknown"


def test_another_python_does_not_change_the_bits() -> None:
    assert difference({**fingerprint(1), "python": "3.0"}, fingerprint(1)) == ""


def test_it_holds_all_that_may_decide() -> None:
    found = fingerprint(3)
    assert list(found) == ["bpcli", "python", "numpy", "machine", "blas", "blas_kernel", "threads"]
    assert (found["python"], found["numpy"]) == (platform.python_version(), np.__version__)
    assert found["machine"] == platform.machine()
    assert found["threads"] == 3


def test_the_blas_is_named_with_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    library = {"user_api": "blas", "filepath": "blas.so", "internal_api": "openblas", "version": "0.3"}
    monkeypatch.setattr(threadpoolctl, "threadpool_info", lambda: [library])
    assert (fingerprint(1)["blas"], fingerprint(1)["blas_kernel"]) == ("openblas 0.3", "unknown")
    monkeypatch.setattr(threadpoolctl, "threadpool_info", list)
    assert fingerprint(1)["blas"] == "unknown"
