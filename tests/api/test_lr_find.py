"""The learning-rate range test: it trains as training does, stops in time, and suggests what works."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import bpcli
from bpcli.api.lr_find import RangeTest
from bpcli.config.sections import Config
from bpcli.errors import UsageError

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.mark.parametrize("name", ["moons", "digits", "circles"])
def test_the_suggestion_trains_well_and_thirty_times_it_does_not(name: str, tmp_path: Path) -> None:
    config = bpcli.load_config(CONFIGS / f"{name}.yaml", ["training.epochs=10", "training.evaluate_every=10"])
    suggestion = bpcli.find_learning_rate(config).suggestion
    assert suggestion is not None

    def loss(rate: float) -> float:
        changed = replace(config, optimizer=replace(config.optimizer, learning_rate=rate))
        result = bpcli.train(changed, output=tmp_path / f"{rate}")
        return np.inf if result.status == "diverged" else result.final["validation_loss"]

    assert loss(suggestion) < 0.7
    assert not loss(30 * suggestion) < 2 * loss_of(suggestion, config, tmp_path)


def loss_of(rate: float, config: Config, folder: Path) -> float:
    changed = replace(config, optimizer=replace(config.optimizer, learning_rate=rate))
    return bpcli.train(changed, output=folder / "again").final["validation_loss"]


def test_rates_rise_exponentially_and_losses_are_those_of_training(moons: Config) -> None:
    test = bpcli.find_learning_rate(moons, start=1e-3, end=1e-1, steps=21)
    np.testing.assert_allclose(test.rates, np.geomspace(1e-3, 1e-1, 21), rtol=1e-12)
    constant = bpcli.find_learning_rate(moons, start=1e-12, end=1e-11, steps=21)
    assert test.losses[0] == constant.losses[0]
    assert not test.stopped
    assert test == bpcli.find_learning_rate(moons, start=1e-3, end=1e-1, steps=21)


def test_smoothed_losses_are_an_average_corrected_for_its_start(moons: Config) -> None:
    test = bpcli.find_learning_rate(moons, steps=30, smoothing=0.8)
    for i, smoothed in enumerate(test.smoothed):
        weights = [0.8 ** (i - j) for j in range(i + 1)]
        assert smoothed == pytest.approx(np.average(test.losses[: i + 1], weights=weights), rel=1e-12)


def test_it_stops_where_the_loss_runs_away(moons: Config) -> None:
    test = bpcli.find_learning_rate(moons, end=1e6, steps=200)
    assert test.stopped
    assert len(test.rates) < 200


def test_a_loss_that_never_falls_gets_no_suggestion(moons: Config) -> None:
    assert bpcli.find_learning_rate(moons, start=1e-12, end=1e-9).suggestion is None


def test_one_batch_an_epoch_will_do(xor: Config) -> None:
    assert bpcli.find_learning_rate(xor, steps=50).suggestion is not None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"start": 1.0, "end": 0.1}, "--start is 1 and --end 0.1, but they must be greater than 0, and rise"),
        ({"start": 0.0}, "--start is 0 and --end 10, but they must be greater than 0, and rise"),
        ({"steps": 5}, "--steps is 5, but it must be 10 or more"),
        ({"smoothing": 1.0}, "--smoothing is 1, but it must be at least 0 and less than 1"),
    ],
)
def test_values_that_make_no_range_are_refused(moons: Config, options: dict[str, float], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        bpcli.find_learning_rate(moons, **options)  # type: ignore[arg-type]
    assert str(caught.value) == message


def test_a_fall_that_was_taken_back_is_not_the_steepest() -> None:
    """The first batches differ, and their average with them; the true descent is longer and less steep."""
    rates = np.geomspace(1e-7, 10, 100)
    smoothed = np.full(100, 0.70)
    smoothed[20:24] = [0.7, 0.64, 0.70, 0.70]
    smoothed[60:90] = np.linspace(0.70, 0.40, 30)
    smoothed[75:80] -= np.linspace(0, 0.02, 5)
    smoothed[90:] = 2
    found = RangeTest(tuple(rates), tuple(smoothed), tuple(smoothed), stopped=False)
    assert found.suggestion is not None
    assert rates[60] < found.suggestion < rates[90]
