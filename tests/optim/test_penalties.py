import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bpcli.checks.cases import CLASSIFIER, make_case
from bpcli.optim.penalties import Penalty, penalties

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
    np.testing.assert_allclose(penalty.gradient(WEIGHTS), gradient, rtol=1e-14)


@given(arrays(np.float64, 5, elements=st.floats(-10, 10)))
def test_a_penalty_is_symmetric_and_smallest_at_zero(weights: np.ndarray) -> None:
    penalty = Penalty(l2=0.3, l1=0.2)
    assert penalty.value(weights) == penalty.value(-weights) >= penalty.value(np.zeros(5)) == 0


@given(arrays(np.float64, 3, elements=st.floats(0.1, 10)), arrays(np.bool_, 3))
def test_the_gradient_is_the_slope_of_the_value(sizes: np.ndarray, negative: np.ndarray) -> None:
    penalty, weights = Penalty(l2=0.3, l1=0.2), np.where(negative, -sizes, sizes)
    for i, slope in enumerate(penalty.gradient(weights)):
        ends = [penalty.value(weights + h * np.eye(3)[i]) for h in (1e-4, -1e-4)]
        assert slope == pytest.approx((ends[0] - ends[1]) / 2e-4, rel=1e-7)


@pytest.mark.parametrize("penalty", [Penalty(l2=0.1), Penalty(l1=0.1), Penalty(l2=0.1, l1=0.1)], ids=str)
def test_the_precision_stays_and_so_do_the_weights(penalty: Penalty) -> None:
    weights, grad = WEIGHTS.astype(np.float32), np.zeros(4, np.float32)
    assert penalty.gradient(weights).dtype == np.float32
    penalties([(slice(0, 4), penalty)]).add_gradient(weights, grad)
    assert grad.dtype == np.float32
    np.testing.assert_allclose(grad, penalty.gradient(WEIGHTS), rtol=1e-6)
    np.testing.assert_array_equal(weights, WEIGHTS)


def test_biases_are_never_penalised() -> None:
    plain, penalised = make_case(CLASSIFIER), make_case(CLASSIFIER, penalty=Penalty(l2=0.1, l1=0.1))
    for case in (plain, penalised):
        case.objective.forward(case.X, case.T)
        case.objective.backward(len(case.X))
    without, with_penalty = (case.objective.network.parameters.grads for case in (plain, penalised))
    for name in without:
        assert np.array_equal(without[name], with_penalty[name]) == name.endswith(".b")


@given(arrays(np.float64, 5, elements=st.floats(-10, 10)))
def test_a_step_down_a_penalty_shrinks_every_weight(weights: np.ndarray) -> None:
    for penalty in (Penalty(l2=0.3), Penalty(l1=0.2), Penalty(l2=0.3, l1=0.2)):
        after = weights - 1e-3 * penalty.gradient(weights)
        assert (np.abs(after) <= np.maximum(np.abs(weights), 1e-3)).all()
        assert penalty.value(after) <= penalty.value(weights) + 1e-3


def test_each_stretch_has_its_own_penalty_and_neighbours_alike_are_one() -> None:
    light, heavy = Penalty(l2=0.1), Penalty(l2=1.0, l1=0.5)
    stretches = [(slice(0, 2), light), (slice(2, 3), light), (slice(3, 4), Penalty()), (slice(4, 6), heavy)]
    found = penalties(stretches)
    assert found.parts == ((slice(0, 3), light), (slice(4, 6), heavy))
    theta, grad = np.arange(1.0, 8.0), np.ones(7)
    assert found.value(theta) == pytest.approx(light.value(theta[:3]) + heavy.value(theta[4:6]))
    found.add_gradient(theta, grad)
    np.testing.assert_allclose(grad, [1.1, 1.2, 1.3, 1, 6.5, 7.5, 1])
    assert not penalties([(slice(0, 2), Penalty())])
