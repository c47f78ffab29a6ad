"""`bpcli lr-find`: a curve, a suggestion, and nothing left behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Command


def test_it_draws_the_loss_and_says_what_to_write(bpcli: Command) -> None:
    before = sorted(Path().rglob("*"))
    found = bpcli("lr-find", "moons.yaml")
    assert found.code == 0
    assert "▲" in found.out
    assert found.out.splitlines()[-1].startswith("write     optimizer.learning_rate=")
    assert "\x1b" not in found.out
    assert sorted(Path().rglob("*")) == before


def test_json_is_the_only_thing_on_standard_output(bpcli: Command) -> None:
    found = json.loads(bpcli("lr-find", "moons.yaml", "--steps", "20", "--end", "1", "--json").out)
    assert list(found) == ["suggestion", "minimum", "rates", "losses", "smoothed", "stopped"]
    assert len(found["rates"]) == len(found["losses"]) == len(found["smoothed"]) == 20


def test_overrides_and_options_are_checked(bpcli: Command) -> None:
    refused = bpcli("lr-find", "moons.yaml", "--start", "2", "--end", "1")
    assert refused.code == 2
    assert refused.err == "error: --start is 2 and --end 1, but they must be greater than 0, and rise\n"
    assert bpcli("lr-find", "moons.yaml", "modle.layers=[2]").code == 2


@pytest.mark.parametrize("rate", ["1e-12", "1e-11"])
def test_where_nothing_falls_nothing_is_suggested(bpcli: Command, rate: str) -> None:
    found = bpcli("lr-find", "moons.yaml", "--start", "1e-13", "--end", rate)
    assert found.code == 0
    assert "suggestion  none: the loss hardly falls" in found.out
