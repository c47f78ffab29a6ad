import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bpcli.checks.cases import CLASSIFIER, make_case
from bpcli.optim.penalties import BLOCK, Penalty, penalties

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


@given(arrays(np.float64, 5, elements=st.floats(-10, 10)))
def test_a_step_down_a_penalty_shrinks_every_weight(weights: np.ndarray) -> None:
    for penalty in (Penalty(l2=0.3), Penalty(l1=0.2), Penalty(l2=0.3, l1=0.2)):
        grad = np.zeros(5)
        penalty.add_gradient(weights, grad)
        after = weights - 1e-3 * grad
        assert (np.abs(after) <= np.maximum(np.abs(weights), 1e-3)).all()
        assert penalty.value(after) <= penalty.value(weights) + 1e-3


def test_each_stretch_has_its_own_penalty_and_neighbours_alike_are_one() -> None:
    light, heavy = Penalty(l2=0.1), Penalty(l2=1.0, l1=0.5)
    stretches = [(slice(0, 2), light), (slice(2, 3), light), (slice(3, 4), Penalty()), (slice(4, 6), heavy)]
    found = penalties(stretches)
    assert found.parts == ((slice(0, 3), light), (slice(4, 6), heavy))
    theta, grad = np.arange(1.0, 8.0), np.zeros(7)
    assert found.value(theta) == pytest.approx(light.value(theta[:3]) + heavy.value(theta[4:6]))
    found.add_gradient(theta, grad)
    np.testing.assert_allclose(grad, [0.1, 0.2, 0.3, 0, 5.5, 6.5, 0])
    assert not penalties([(slice(0, 2), Penalty())])


def test_a_scaled_gradient_is_that_many_times_the_gradient() -> None:
    penalty, once, scaled = Penalty(l2=0.3, l1=0.2), np.zeros_like(WEIGHTS), np.zeros_like(WEIGHTS)
    penalty.add_gradient(WEIGHTS, once)
    penalty.add_gradient(WEIGHTS, scaled, 0.25)
    np.testing.assert_allclose(scaled, 0.25 * once, rtol=1e-14)


def test_weights_of_several_blocks_are_penalised_as_one() -> None:
    weights = np.random.default_rng(0).standard_normal(2 * BLOCK + 3)
    grad = np.ones_like(weights)
    Penalty(l2=0.3, l1=0.2).add_gradient(weights, grad)
    np.testing.assert_allclose(grad, 1 + 0.3 * weights + 0.2 * np.sign(weights), rtol=1e-14)
