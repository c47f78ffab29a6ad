"""A run has one thread unless it is given more, and is told where they may gain."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bpcli.experiment import threads
from bpcli.experiment.threads import choose_threads, limit_threads, second_may_gain

LARGE = [784, 2500, 10]


@pytest.fixture(autouse=True)
def quota(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the quota of a container stands; there is none at first."""
    monkeypatch.setattr(threads, "QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    return tmp_path / "cpu.max"


def test_auto_is_one_thread_and_a_stated_number_is_used() -> None:
    assert choose_threads("auto") == 1
    assert choose_threads(7) == 7


def test_a_second_thread_may_gain_where_products_are_large() -> None:
    assert not second_may_gain([784, 128, 10], batch_size=128)
    assert second_may_gain(LARGE, batch_size=128)
    assert second_may_gain([1000, 1000], batch_size=100)
    assert not second_may_gain([1000, 999], batch_size=100)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("max 100000", True),
        ("199999 100000", False),
        ("50000 100000", False),
        ("200000 100000", True),
        ("900000 100000", True),
        ("", True),
    ],
)
def test_not_in_a_container_that_may_use_less_than_two_processors(quota: Path, limit: str, expected: bool) -> None:
    quota.write_text(limit + "\n")
    assert second_may_gain(LARGE, batch_size=128) == expected


def test_not_where_a_quota_is_more_than_the_one_processor_there_is(
    quota: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quota.write_text("900000 100000\n")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3}, raising=False)
    assert not second_may_gain(LARGE, batch_size=128)


def test_the_limit_holds_inside_the_context_and_shows_in_the_fingerprint() -> None:
    from threadpoolctl import threadpool_info

    for count in (2, 1):
        with limit_threads(count):
            assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {count}


@pytest.mark.parametrize(("processors", "expected"), [(2, True), (1, False), (None, False)])
def test_where_the_system_does_not_say_what_we_may_use_all_count(
    monkeypatch: pytest.MonkeyPatch, processors: int | None, expected: bool
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert second_may_gain(LARGE, batch_size=128) == expected
