"""The first tensor that is not finite is named, with the step and the likely cause."""

from __future__ import annotations

import numpy as np
import pytest

from bpcli.errors import DivergedError
from bpcli.training.divergence import diverged, require_finite

from .conftest import MakeExperiment

X = np.ones((5, 4), np.float32)
RATE = "the learning rate is probably too large: lower optimizer.learning_rate, or scale the inputs"
DATA = "the data hold a value that is not a number, or too large for their dtype"


def test_it_is_looked_for_from_the_input_to_the_loss(experiment: MakeExperiment) -> None:
    objective = experiment().objective
    assert str(diverged(objective, X, step=6)).startswith(
        f"training diverged at step 7: the loss is not finite; {RATE}"
    )
    with np.errstate(all="ignore"):
        objective.network.parameters.views["layers.1.b"][...] = 3e38
        objective.network.parameters.views["layers.2.W"][...] = 3e38
        assert ": the output of layers.2 is not finite; the learning" in str(diverged(objective, X, step=6))
    objective.network.parameters.views["layers.1.W"][0, 0] = np.nan
    assert str(diverged(objective, X, step=6)).startswith("training diverged at step 7: layers.1.W is not finite")
    assert str(diverged(objective, step=6)).startswith("training diverged at step 6: layers.1.W is not finite")
    assert str(diverged(objective, X * np.inf, step=6)) == (
        f"training diverged at step 7: the input is not finite; {DATA}"
    )


def test_of_several_tensors_the_first_is_named() -> None:
    require_finite({"a": np.ones(3)}, step=1)
    with pytest.raises(DivergedError, match=f"at step 2: b is not finite; {RATE}"):
        require_finite({"a": np.ones(3), "b": np.array([1, np.inf]), "c": np.array([np.nan])}, step=2)
