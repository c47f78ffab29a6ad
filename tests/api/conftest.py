"""Small real configs, and a look at what a run left behind."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpcli.config.sections import Config, Model, Regularization, Training
from bpcli.data.sources import Moons, Xor
from bpcli.nn.activations import Tanh
from bpcli.nn.layers import Dense
from bpcli.nn.losses import MeanSquaredError
from bpcli.optim.schedules import InverseTime
from bpcli.optim.sgd import SGD
from bpcli.runs.log import CLOCK_COLUMNS


@pytest.fixture
def moons() -> Config:
    """Two layers, validation and test splits, momentum, a rate that falls step by step, L2: 5 steps an epoch."""
    return Config(
        name="moons",
        data=Moons(samples=64, noise=0.1, batch_size=8, validation_fraction=0.25),
        model=Model(layers=(Dense(units=6), Dense(units=2))),
        optimizer=SGD(learning_rate=0.2, momentum=0.9),
        schedule=InverseTime(decay=0.05, per="step"),
        regularization=Regularization(l2=1e-4),
        training=Training(epochs=3),
    )


@pytest.fixture
def xor() -> Config:
    return Config(
        name="xor",
        data=Xor(),
        model=Model(layers=(Dense(units=8, activation=Tanh()), Dense(units=1))),
        loss=MeanSquaredError(),
        optimizer=SGD(learning_rate=1.0, momentum=0.9),
        training=Training(epochs=200, evaluate_every=50),
    )


def arrays(path: Path) -> dict[str, bytes]:
    """The arrays of a checkpoint, as bytes."""
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name].tobytes() for name in file.files if name != "header.json"}


def rows(run: Path) -> list[dict[str, str]]:
    """The log, without the clock."""
    with open(run / "log.csv", encoding="utf-8", newline="") as file:
        return [{key: value for key, value in row.items() if key not in CLOCK_COLUMNS} for row in csv.DictReader(file)]


def with_training(config: Config, **changes: Any) -> Config:
    return replace(config, training=replace(config.training, **changes))
