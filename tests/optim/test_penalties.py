import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bpcli.checks.cases import CLASSIFIER, make_case
from bpcli.optim.penalties import Penalty

WEIGHTS = np.array([1.0, -2.0, 0.0, 0.5])


@pytest.mark.parametrize(
    ("penalty", "value", "gradient"),
    [
        (Penalty(), 0.0, [0, 0, 0, 0]),
        (Penalty(l2=0.1), 0.05 * 5.25, [0.1, -0.2, 0, 0.05]),
        (Penalty(l1=0.1), 0.35, [0.1, -0.1, 0, 0.1]),
        (Penalty(l2=0.1, l1=0.1), 0.05 * 5.25 + 0.35, [0.2, -0.3, 0, 0.15]),
    ],
)
def test_value_and_gradient(penalty: Penalty, value: float, gradient: list[float]) -> None:
    assert penalty.value(WEIGHTS) == pytest.approx(value, rel=1e-14)
    grad = np.ones(4)
    penalty.add_gradient(WEIGHTS, grad)
    np.testing.assert_allclose(grad, 1 + np.array(gradient), rtol=1e-14)


@given(arrays(np.float64, 5, elements=st.floats(-10, 10)))
def test_a_penalty_is_symmetric_and_smallest_at_zero(weights: np.ndarray) -> None:
    penalty = Penalty(l2=0.3, l1=0.2)
    assert penalty.value(weights) == penalty.value(-weights) >= penalty.value(np.zeros(5)) == 0


def test_float32_gradients_stay_float32() -> None:
    grad = np.zeros(4, np.float32)
    Penalty(l2=0.1, l1=0.1).add_gradient(WEIGHTS.astype(np.float32), grad)
    assert grad.dtype == np.float32


def test_biases_are_never_penalised() -> None:
    plain, penalised = make_case(CLASSIFIER), make_case(CLASSIFIER, penalty=Penalty(l2=0.1, l1=0.1))
    for case in (plain, penalised):
        case.objective.forward(case.X, case.T)
        case.objective.backward(len(case.X))
    without, with_penalty = (case.objective.network.parameters.grads for case in (plain, penalised))
    for name in without:
        assert np.array_equal(without[name], with_penalty[name]) == name.endswith(".b")
