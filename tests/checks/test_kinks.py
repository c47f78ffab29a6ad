import numpy as np
import pytest

from bpcli.checks.cases import CLASSIFIER, Case, Pairing, make_case
from bpcli.checks.faults import gradient
from bpcli.checks.kinks import crosses_kink, hold_sides
from bpcli.checks.numerical import Line, derivative
from bpcli.nn.activations import ReLU, Tanh
from bpcli.nn.losses import MeanSquaredError
from bpcli.optim.penalties import Penalty

RELU_OUTPUT = Pairing(MeanSquaredError(), ReLU(), "values")


def first_bias(case: Case) -> Line:
    return Line(case.objective.network.parameters.weights.stop, 1.0)


def put_on_kink(case: Case) -> None:
    """Unit 0 of the first layer gets z = 0 exactly, for the first example."""
    case.X[0] = 0
    case.objective.network.dense[0].b[0] = 0


@pytest.mark.parametrize("case", [make_case(CLASSIFIER, hidden=ReLU()), make_case(RELU_OUTPUT, depth=1)])
def test_a_relu_changes_side_within_the_step(case: Case) -> None:
    assert not crosses_kink(*case[1:], first_bias(case), 1e-6)
    put_on_kink(case)
    assert crosses_kink(*case[1:], first_bias(case), 1e-6)


def test_a_weight_under_l1_changes_sign_within_the_step() -> None:
    for penalty, crosses in ((Penalty(l1=0.1), True), (Penalty(l2=0.1), False)):
        case = make_case(CLASSIFIER, penalty=penalty)
        case.objective.network.dense[0].W[0, 0] = 1e-4
        assert crosses_kink(*case[1:], Line(0, 1.0), 1e-3) is crosses
        assert not crosses_kink(*case[1:], Line(0, 1.0), 1e-5)


def test_smooth_networks_have_no_kinks() -> None:
    case = make_case(CLASSIFIER, hidden=Tanh())
    assert not crosses_kink(*case[1:], first_bias(case), 1.0)


@pytest.mark.parametrize("pairing", [CLASSIFIER, RELU_OUTPUT])
def test_held_sides_change_neither_value_nor_gradient_here(pairing: Pairing) -> None:
    case = make_case(pairing, hidden=ReLU(), depth=3, penalty=Penalty(l2=0.1, l1=0.1))
    held = hold_sides(*case[1:])
    assert held.value(case.X, case.T) == pytest.approx(case.objective.value(case.X, case.T), rel=1e-14)
    np.testing.assert_allclose(gradient(held, case.X, case.T), gradient(*case[1:]), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    "case", [make_case(CLASSIFIER, hidden=ReLU(), penalty=Penalty(l1=0.1)), make_case(RELU_OUTPUT, depth=1)]
)
def test_held_sides_have_no_corner(case: Case) -> None:
    put_on_kink(case)
    held, line = hold_sides(*case[1:]), first_bias(case)
    analytic = line.slope(gradient(*case[1:]))
    assert derivative(held, case.X, case.T, line, 1e-3) == pytest.approx(analytic, rel=1e-9)
    assert derivative(*case[1:], line, 1e-3) != pytest.approx(analytic, rel=1e-2)
