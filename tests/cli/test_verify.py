"""`bpcli verify`: the promise, checked on a user's own config."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bpcli.runs import compare as same_run

from .conftest import Command


def test_it_says_what_it_did_where_and_that_the_bits_are_the_same(bpcli: Command) -> None:
    before = sorted(Path().rglob("*"))
    found = bpcli("verify", "moons.yaml", "training.epochs=2", "--interruptions", "2")
    assert found.code == 0
    first, second, third, *_ = found.out.splitlines()
    assert first == "trained      twice: 2 epochs, 8 steps"
    assert second.startswith("interrupted  after step ")
    assert third == "compared     4 tensors of last.npz, best.npz, log.csv"
    assert "blas_kernel" in found.out
    assert found.out.splitlines()[-1] == "bits         all the same"
    assert found.err == ""
    assert sorted(Path().rglob("*")) == before


def test_a_difference_is_named_and_is_exit_code_1(bpcli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(same_run, "CLOCK", ())
    found = bpcli("verify", "moons.yaml")
    assert found.code == 1
    assert found.out.splitlines()[-1] == "bits         not the same: last.npz: counters, best.npz: counters"


def test_json_is_the_only_thing_on_standard_output(bpcli: Command) -> None:
    found = json.loads(bpcli("verify", "moons.yaml", "--json").out)
    assert found["passed"] is True
    assert list(found) == ["passed", "epochs", "steps", "interrupted_after", "tensors", "differences", "fingerprint"]


def test_wrong_input_is_said_in_a_sentence(bpcli: Command) -> None:
    assert bpcli("verify", "moons.yaml", "training.epoch=2").code == 2
    refused = bpcli("verify", "moons.yaml", "data={name: stream, file: '-'}", "training={}")
    assert refused.code == 2
    assert "standard input can be read once" in refused.err
