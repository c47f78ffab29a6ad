"""A small real experiment, built from arrays: two hidden layers, validation, momentum, a decaying rate, L2."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from bpcli.data.batches import Batches
from bpcli.data.dataset import DataInfo, Examples
from bpcli.data.scaling import fit_scaler
from bpcli.data.targets import encode_targets
from bpcli.nn.activations import ReLU, Softmax, Tanh
from bpcli.nn.layers import BatchNorm, Dense, LayerNorm
from bpcli.nn.losses import CrossEntropy
from bpcli.nn.network import Network
from bpcli.optim.averaging import MovingAverage
from bpcli.optim.clipping import Clipping, MaxNorm
from bpcli.optim.optimizers import AnyOptimizer
from bpcli.optim.penalties import Penalty, penalties
from bpcli.optim.schedules import InverseTime, Schedule
from bpcli.optim.sgd import SGD
from bpcli.runs.npz import Packed
from bpcli.training.experiment import Experiment
from bpcli.training.monitor import Monitor, Patience
from bpcli.training.objective import Objective
from bpcli.training.update import Update

MakeExperiment = Callable[..., Experiment]


def file_of(packed: Packed) -> bytes:
    """The file that it makes."""
    file = io.BytesIO()
    packed.write(file)
    return file.getvalue()


def make_experiment(
    *,
    epochs: int = 3,
    evaluate_every: int = 1,
    every_steps: int | None = None,
    patience: int | None = None,
    learning_rate: float = 0.1,
    seed: int = 0,
    everything: bool = False,
    optimizer: AnyOptimizer | None = None,
    schedule: Schedule | None = None,
    hidden: tuple[int, int] = (5, 4),
) -> Experiment:
    """A small classifier; with `everything`, all that is random, averaged, normalised or limited in a training too."""
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
    first = {"normalization": BatchNorm(), "dropout": 0.2} if everything else {}
    specs = [
        Dense(units=hidden[0], activation=ReLU(), **first),
        Dense(units=hidden[1], activation=Tanh(), normalization=LayerNorm() if everything else None),
        Dense(units=3, activation=Softmax()),
    ]
    inputs = {"input_noise": 0.1, "input_dropout": 0.1} if everything else {}
    network = Network(specs, features=4, dtype=np.float32, seed=seed, **inputs)
    views = network.parameters.views
    monitor = Monitor("validation_loss", "min")
    return Experiment(
        info=info,
        scaler=scaler,
        objective=Objective(
            network,
            CrossEntropy().bind(Softmax()),
            penalties([(network.parameters.weights, Penalty(l2=1e-3, l1=1e-4))]),
        ),
        update=Update(
            optimizer or SGD(learning_rate=learning_rate, momentum=0.9, nesterov=True),
            Clipping(value=0.5, norm=1.0) if everything else Clipping(),
            MaxNorm(tuple((views[name], 1.0) for name in network.parameters.weight_names if everything)),
            MovingAverage(decay=0.9) if everything else None,
        ),
        schedule=schedule or InverseTime(decay=0.1, per="step"),
        batches=stream(train, batch_size=5, shuffle=True),
        splits={
            "train": lambda: stream(train, batch_size=8, shuffle=False),
            "validation": lambda: stream(validation, batch_size=8, shuffle=False),
        },
        whole=None,
        epochs=epochs,
        evaluate_every=evaluate_every,
        every_steps=every_steps,
        monitor=monitor,
        patience=Patience(monitor, patience) if patience else None,
    )


@pytest.fixture
def experiment() -> MakeExperiment:
    return make_experiment
