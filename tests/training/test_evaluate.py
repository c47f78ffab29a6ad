"""What is measured of a split is that of its examples, however they are cut into blocks."""

from __future__ import annotations

import numpy as np
import pytest

from bpcli.nn.arrays import Array
from bpcli.training.evaluate import measure

from .conftest import MakeExperiment


def test_the_loss_is_the_mean_over_all_blocks(experiment: MakeExperiment) -> None:
    trained = experiment(everything=True)
    seen: list[Array] = []
    blocks = trained.splits["train"]()
    assert len(blocks) == 3
    found = measure(trained.objective, blocks, trained.metrics(), lambda Y, T: seen.append(Y[np.arange(len(T)), T]))
    probabilities = np.concatenate(seen)
    assert len(probabilities) == 22
    assert found["loss"] == pytest.approx(float(-np.log(probabilities).mean()), rel=1e-6)
    assert measure(trained.objective, trained.splits["train"](), trained.metrics()) == found
