"""Plain lines, one an evaluation, of which each is as wide as the next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bpcli.report import plain
from bpcli.report.plain import PlainDisplay
from bpcli.training.events import Evaluated, Origin, StepDone, Waiting

from .conftest import Screen, started


def test_an_evaluation_is_a_line(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "perf_counter", lambda: 0.0)
    console, lines = screen(200)
    with PlainDisplay(console) as display:
        display.show(started(epochs=10))
        display.show(StepDone(0, 1, 8, 0.5, 0.1))
        display.show(Evaluated(9, 90, 0.1, {"train_loss": 0.5, "validation_accuracy": 0.75}, improved=True))
        display.show(Evaluated(10, 100, 0.05, {"train_loss": 0.00025, "validation_accuracy": 1.0}, improved=False))
    assert lines() == [
        "run         runs/run",
        "data        moons, 80 examples in batches of 8",
        "network     2-8-1 tanh sigmoid, 33 parameters",
        "arithmetic  float32, 1 thread",
        "",
        "epoch  9/10  loss   0.5000  validation_accuracy 0.7500  rate 0.1       0.00 s  best",
        "epoch 10/10  loss 2.50e-04  validation_accuracy 1.0000  rate 0.05      0.00 s",
    ]


def test_a_stream_has_no_end_to_count_to(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "perf_counter", lambda: 0.0)
    console, lines = screen(200)
    with PlainDisplay(console) as display:
        display.show(replace(started(), data="stream", examples=None, epochs=None, origin=Origin("old/best.npz")))
        display.show(Waiting())
        display.show(Evaluated(9, 90, 0.1, {"prequential_loss": 0.5}, improved=True))
        display.show(Evaluated(10, 100, 0.1, {"prequential_loss": 0.25}, improved=True))
    assert lines()[:2] == ["run         runs/run, from old/best.npz", "data        stream, each update of 8 rows"]
    assert lines()[-2:] == [
        "epoch    9  prequential_loss   0.5000  rate 0.1       0.00 s  best",
        "epoch   10  prequential_loss   0.2500  rate 0.1       0.00 s  best",
    ]


def test_the_header_names_a_second_thread_where_it_may_be_faster(screen: Screen) -> None:
    console, lines = screen(200)
    PlainDisplay(console).show(replace(started(), second_thread=True))
    assert lines()[3] == "arithmetic  float32, 1 thread (threads: 2 may be faster where no other program runs)"


def test_a_run_is_resumed_only_if_it_has_gone_beyond_where_it_started(screen: Screen) -> None:
    console, lines = screen(200)
    kept = replace(started(), origin=Origin("old/last.npz", 400), step=400)
    for event in (kept, replace(kept, epoch=2, step=420)):
        PlainDisplay(console).show(event)
    assert [line for line in lines() if line.startswith("run")] == [
        "run         runs/run, from old/last.npz",
        "run         runs/run, from old/last.npz, resumed after epoch 2, step 420",
    ]
