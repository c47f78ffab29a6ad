"""A small real experiment, built from arrays: two hidden layers, validation, momentum, a decaying rate, L2."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from bpcli.data.batches import Batches
from bpcli.data.dataset import DataInfo, Examples
from bpcli.data.scaling import fit_scaler
from bpcli.data.targets import encode_targets
from bpcli.nn.dense import Dense
from bpcli.nn.losses import CrossEntropy
from bpcli.nn.network import Network
from bpcli.optim.penalties import Penalty
from bpcli.optim.schedules import InverseTime
from bpcli.optim.sgd import SGD
from bpcli.training.experiment import Experiment
from bpcli.training.monitor import Monitor, Patience
from bpcli.training.objective import Objective

MakeExperiment = Callable[..., Experiment]


def make_experiment(
    *,
    epochs: int = 3,
    evaluate_every: int = 1,
    every_steps: int | None = None,
    patience: int | None = None,
    learning_rate: float = 0.1,
    seed: int = 0,
) -> Experiment:
    rng = np.random.default_rng(7)
    x = rng.standard_normal((26, 4))
    y = (x[:, 0] * x[:, 1] > 0).astype(np.intp) + (x[:, 2] > 1)
    train, validation = Examples(x, y, np.arange(0, 22)), Examples(x, y, np.arange(22, 26))
    info = DataInfo(features=4, class_names=("a", "b", "c"))
    scaler = fit_scaler("standard", train, np.float32)
    stream = partial(
        Batches,
        encode=partial(encode_targets, encoding="index", classes=3, dtype=np.float32),
        scaler=scaler,
        seed=seed,
        dtype=np.float32,
    )
    specs = [Dense(units=5, activation="relu"), Dense(units=4, activation="tanh"), Dense(units=3, activation="softmax")]
    network = Network(specs, features=4, dtype=np.float32, seed=seed, capacity=26)
    head = CrossEntropy().head("softmax", capacity=26, width=3, dtype=np.float32)
    monitor = Monitor("validation_loss", "min")
    return Experiment(
        info=info,
        scaler=scaler,
        objective=Objective(network, head, Penalty(l2=1e-3, l1=1e-4)),
        optimizer=SGD(learning_rate=learning_rate, momentum=0.9, nesterov=True),
        schedule=InverseTime(decay=0.1, per="step"),
        batches=stream(train, batch_size=5, shuffle=True),
        splits={
            "train": lambda: stream(train, batch_size=8, shuffle=False),
            "validation": lambda: stream(validation, batch_size=8, shuffle=False),
        },
        epochs=epochs,
        evaluate_every=evaluate_every,
        every_steps=every_steps,
        monitor=monitor,
        patience=Patience(monitor, patience) if patience else None,
    )


@pytest.fixture
def experiment() -> MakeExperiment:
    return make_experiment
