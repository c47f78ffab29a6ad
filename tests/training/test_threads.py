"""Threads are chosen once, by the sizes at hand."""

from __future__ import annotations

import os

from bpcli.training.threads import choose_threads, limit_threads


def test_small_products_use_one_thread_and_large_ones_all() -> None:
    assert choose_threads("auto", widths=[784, 128, 10], batch_size=128) == 1
    assert choose_threads("auto", widths=[784, 2500, 10], batch_size=128) == len(os.sched_getaffinity(0))


def test_a_stated_number_is_used() -> None:
    assert choose_threads(7, widths=[2, 2], batch_size=1) == 7


def test_the_limit_holds_inside_the_context_and_shows_in_the_fingerprint() -> None:
    from threadpoolctl import threadpool_info

    with limit_threads(1):
        assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {1}
