"""Threads are chosen once, by the sizes at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bpcli.training import threads
from bpcli.training.threads import choose_threads, limit_threads

LARGE = [784, 2500, 10]


@pytest.fixture(autouse=True)
def quota(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the quota of a container stands; there is none at first."""
    monkeypatch.setattr(threads, "QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    return tmp_path / "cpu.max"


def test_small_products_use_one_thread_and_large_ones_all() -> None:
    assert choose_threads("auto", widths=[784, 128, 10], batch_size=128) == 1
    assert choose_threads("auto", widths=LARGE, batch_size=128) == 4


@pytest.mark.parametrize(
    ("limit", "expected"),
    [("max 100000", 4), ("150000 100000", 1), ("50000 100000", 1), ("200000 100000", 2), ("900000 100000", 4), ("", 4)],
)
def test_a_container_uses_no_more_than_it_may(quota: Path, limit: str, expected: int) -> None:
    quota.write_text(limit + "\n")
    assert choose_threads("auto", widths=LARGE, batch_size=128) == expected


def test_a_stated_number_is_used() -> None:
    assert choose_threads(7, widths=[2, 2], batch_size=1) == 7


def test_the_limit_holds_inside_the_context_and_shows_in_the_fingerprint() -> None:
    from threadpoolctl import threadpool_info

    for count in (2, 1):
        with limit_threads(count):
            assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {count}


def test_the_bound_itself_is_worth_all_threads() -> None:
    assert choose_threads("auto", widths=[1000, 1000], batch_size=100) == 4
    assert choose_threads("auto", widths=[1000, 999], batch_size=100) == 1


@pytest.mark.parametrize(("processors", "expected"), [(3, 3), (None, 1)])
def test_where_the_system_does_not_say_what_we_may_use_all_count(
    monkeypatch: pytest.MonkeyPatch, processors: int | None, expected: int
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert choose_threads("auto", widths=LARGE, batch_size=128) == expected
