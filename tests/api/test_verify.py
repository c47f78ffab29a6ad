"""A run that is interrupted and resumed is the run that never stopped, and `verify` can tell."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import bpcli
from bpcli.api.start import choose_start
from bpcli.config.sections import Config, EarlyStopping
from bpcli.data.sources.stream import Stream
from bpcli.errors import DivergedError, UsageError
from bpcli.optim.sgd import SGD
from bpcli.runs import checkpoint

from .conftest import with_training


def test_the_bits_of_a_run_do_not_depend_on_interruptions(moons: Config) -> None:
    said: list[str] = []
    found = bpcli.verify(moons, interruptions=4, on_training=said.append)
    assert found.passed
    assert (found.epochs, found.steps) == (3, 15)
    assert len(set(found.interrupted_after)) == 4
    assert all(0 < stop < 15 for stop in found.interrupted_after)
    assert found.tensors == 8
    assert found.fingerprint["threads"] == 1
    assert said == ["training straight through", "training with 4 interruptions"]


def test_a_run_of_few_steps_is_interrupted_as_often_as_it_can_be(xor: Config) -> None:
    assert bpcli.verify(with_training(xor, epochs=3)).interrupted_after == (1, 2)
    assert bpcli.verify(with_training(xor, epochs=1)).interrupted_after == ()


def test_what_resume_forgets_is_seen(moons: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    restore = checkpoint.restore_optimizer

    def without_slots(*arguments: Any) -> Any:
        state = restore(*arguments)
        state.slots["velocity"][...] = 0
        return state

    monkeypatch.setattr(checkpoint, "restore_optimizer", without_slots)
    found = bpcli.verify(moons)
    assert not found.passed
    assert "last.npz: layers.0.W" in found.differences
    assert "log.csv" in found.differences


def test_a_resume_that_trains_anew_is_seen_though_the_bits_are_the_same(
    moons: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bpcli.api.train.choose_start", lambda _, *rest, **kept: choose_start(None, *rest, **kept))
    found = bpcli.verify(moons)
    assert len(found.differences) == 3
    assert found.differences[0].startswith("a session began at step 0 and was interrupted at ")


def test_an_interruption_that_is_ignored_is_seen(moons: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bpcli.api.verify._after", lambda steps: lambda: False)
    found = bpcli.verify(moons, interruptions=1)
    assert "was completed at 15, in the place of 0, interrupted and " in found.differences[0]


def test_a_run_that_stops_early_is_verified_too(moons: Config) -> None:
    early = replace(moons, early_stopping=EarlyStopping(patience=1), optimizer=SGD(learning_rate=8.0, momentum=0.9))
    found = bpcli.verify(with_training(early, epochs=30))
    assert found.passed
    assert found.epochs < 30


def test_nothing_is_left_behind(moons: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    bpcli.verify(moons)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_trained_twice_is_refused(moons: Config, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="standard input can be read once: write the rows to a file"):
        bpcli.verify(replace(moons, data=Stream(file="-")))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="pipe can be read once"):
        bpcli.verify(replace(moons, data=Stream(file=str(tmp_path / "pipe"))))
    with pytest.raises(DivergedError):
        bpcli.verify(replace(moons, optimizer=SGD(learning_rate=1e30)))
