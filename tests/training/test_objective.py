"""The value of an objective and its gradient belong together."""

from __future__ import annotations

import numpy as np
import pytest

from .conftest import MakeExperiment


def test_anew_the_value_and_gradient_are_those_of_the_same_update(experiment: MakeExperiment) -> None:
    """With its masks and its noise: a line search compares values of one function."""
    objective = experiment(everything=True).objective
    rng = np.random.default_rng(0)
    X, T = rng.standard_normal((5, 4)).astype(np.float32), np.array([0, 1, 2, 0, 1])
    grad = objective.network.parameters.grad
    values, grads = [], []
    for step in (3, 3, 4):
        values.append(objective.reevaluate(X, T, step))
        grads.append(grad.copy())
    assert values[0] == values[1] == objective.value(X, T, 3)
    assert values[0] != values[2]
    np.testing.assert_array_equal(grads[0], grads[1])
    objective.forward(X, T, 3)
    objective.backward(len(X))
    np.testing.assert_array_equal(grads[0], grad)
    assert values[0] != pytest.approx(objective.value(X, T), rel=1e-3)
