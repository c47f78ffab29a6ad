"""Test, then train: how well a network does on new rows before it learns from them."""

from __future__ import annotations

import math

from bpcli.nn.arrays import Array
from bpcli.training.divergence import diverged
from bpcli.training.experiment import Experiment
from bpcli.training.state import State, averaged


def sums_before_learning(experiment: Experiment, state: State, X: Array, T: Array) -> dict[str, float]:
    """Return the sums over `X (N, features)` and its targets, measured as a split is, with averaged weights.

    Their mean over a stream is the prequential loss (Dawid 1984). Raises `DivergedError` where it is not finite.
    """
    objective = experiment.objective
    with averaged(objective.network.parameters, state):
        loss = objective.forward(X, T)
        if not math.isfinite(loss):
            raise diverged(objective, X, T, step=state.counters.step, features=experiment.info.feature_names)
    return experiment.sums(loss, T)
