"""The first tensor that is not finite is named, with the step and the likely cause."""

from __future__ import annotations

import numpy as np
import pytest

from bpcli.errors import DivergedError
from bpcli.training.divergence import diverged, diverged_in, require_finite

from .conftest import MakeExperiment

X = np.ones((5, 4), np.float32)
RATE = "the learning rate is probably too large: lower optimizer.learning_rate, or scale the inputs"
DATA = "holds a value that is not a number, or too large for float32: mend it, or divide the column in the data"


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
        f"training diverged at step 7: the input is not finite; column number 0 {DATA} by a constant"
    )


def test_a_column_that_is_too_large_is_named(experiment: MakeExperiment) -> None:
    objective = experiment().objective
    wide, far = X.copy(), np.ones((5, 2), np.float32)
    wide[3, 2] = far[4, 1] = np.inf
    error = diverged(objective, wide, step=6, features=("a", "b", "c", "d"))
    assert ": the input is not finite; column 'c' holds" in str(error)
    assert ": the target is not finite; column number 1 holds" in str(diverged(objective, X, far, step=6))


@pytest.mark.parametrize(
    ("x", "t", "step", "cause"),
    [
        (1.0, 1e30, 0, "the targets reach 1e+30: divide them in the data, so that they are near 1"),
        (1.0, -1e30, 3, "the targets reach 1e+30: divide them in the data, so that they are near 1"),
        (1.0, -1e4, 3, "so that they are near 1, or lower optimizer.learning_rate"),
        (1e30, 1.0, 0, "the inputs reach 1e+30: bring them near 1 (data.scale: standard, or divide them in the data)"),
        (1.0, 1.0, 0, "no weight has changed yet: those that are drawn are too large"),
        (1.0, 1.0, 3, RATE),
    ],
)
def test_the_cause_is_in_the_data_or_the_first_weights_before_it_can_be_in_the_rate(
    experiment: MakeExperiment, x: float, t: float, step: int, cause: str
) -> None:
    T = np.full((5, 1), t, np.float32)
    message = str(diverged(experiment().objective, X * np.float32(x), T, step=step))
    assert cause in message
    assert ("learning_rate" in message) == (step > 0 and abs(t) < 1e19)


def test_a_loss_of_a_split_is_laid_to_what_the_split_holds(experiment: MakeExperiment) -> None:
    made = experiment()
    T = np.zeros((5, made.objective.network.widths[-1]), np.float32)
    good = (X, T)
    with np.errstate(all="ignore"):
        bad = (X * np.float32(np.nan), T + np.float32(1e30))
        error = diverged_in("validation", made.objective, [good, bad], step=5)
    assert "at step 5: the loss of the validation split is not finite; the targets reach 1e+30" in str(error)


def test_of_several_tensors_the_first_is_named() -> None:
    require_finite({"a": np.ones(3)}, step=1)
    with pytest.raises(DivergedError, match=f"at step 2: b is not finite; {RATE}"):
        require_finite({"a": np.ones(3), "b": np.array([1, np.inf]), "c": np.array([np.nan])}, step=2)
