import numpy as np
import pytest

from bpcli.checks.cases import CLASSIFIER, Case, Pairing, make_case
from bpcli.checks.faults import gradient
from bpcli.checks.kinks import crosses_kink, freeze_branches
from bpcli.checks.numerical import STEP, Line, derivative
from bpcli.nn.activations import Identity, ReLU, Tanh
from bpcli.nn.losses import Hinge, MeanSquaredError
from bpcli.optim.penalties import Penalty

RELU_OUTPUT = Pairing(MeanSquaredError(), ReLU(), "values")
HINGE = Pairing(Hinge(), Identity(), "classes")


def first_bias(case: Case) -> Line:
    return Line(case.objective.network.parameters.weights.stop, 1.0)


def put_on_kink(case: Case) -> None:
    """Unit 0 of the first layer gets z = 0 exactly, for the first example."""
    case.X[0] = 0
    case.objective.network.parameters.views["layers.0.b"][0] = 0


@pytest.mark.parametrize("case", [make_case(CLASSIFIER, hidden=ReLU()), make_case(RELU_OUTPUT, depth=1)])
def test_a_relu_changes_side_within_the_step(case: Case) -> None:
    assert not crosses_kink(*case[1:], first_bias(case), 1e-6)
    put_on_kink(case)
    assert crosses_kink(*case[1:], first_bias(case), 1e-6)


def test_a_weight_under_l1_changes_sign_within_the_step() -> None:
    for penalty, crosses in ((Penalty(l1=0.1), True), (Penalty(l2=0.1), False)):
        case = make_case(CLASSIFIER, penalty=penalty)
        case.objective.network.parameters.views["layers.0.W"][0, 0] = 1e-4
        assert crosses_kink(*case[1:], Line(0, 1.0), 1e-3) is crosses
        assert not crosses_kink(*case[1:], Line(0, 1.0), 1e-5)


def test_smooth_networks_have_no_kinks() -> None:
    case = make_case(CLASSIFIER, hidden=Tanh())
    assert not crosses_kink(*case[1:], first_bias(case), 1.0)


@pytest.mark.parametrize("pairing", [CLASSIFIER, RELU_OUTPUT, HINGE], ids=lambda pairing: pairing.loss.name)
def test_frozen_branches_change_neither_value_nor_slope_here(pairing: Pairing) -> None:
    case = make_case(pairing, hidden=ReLU(), depth=3, penalty=Penalty(l2=0.1, l1=0.1))
    frozen, grad = freeze_branches(*case[1:]), gradient(*case[1:])
    assert frozen.value(case.X, case.T, STEP) == pytest.approx(case.objective.value(case.X, case.T, STEP), rel=1e-14)
    for entry, analytic in enumerate(grad):
        numeric = derivative(frozen, case.X, case.T, Line(entry, 1.0), 1e-4)
        assert numeric == pytest.approx(analytic, rel=1e-7, abs=1e-10)


@pytest.mark.parametrize(
    "case",
    [
        make_case(CLASSIFIER, hidden=ReLU(), penalty=Penalty(l1=0.1)),
        make_case(RELU_OUTPUT, depth=1),
    ],
    ids=["hidden", "output"],
)
def test_frozen_branches_have_no_corner(case: Case) -> None:
    put_on_kink(case)
    frozen, line = freeze_branches(*case[1:]), first_bias(case)
    analytic = line.slope(gradient(*case[1:]))
    assert derivative(frozen, case.X, case.T, line, 1e-3) == pytest.approx(analytic, rel=1e-9)
    assert derivative(*case[1:], line, 1e-3) != pytest.approx(analytic, rel=1e-2)


def test_the_objective_itself_stays_as_it_is() -> None:
    case = make_case(RELU_OUTPUT, hidden=ReLU(), penalty=Penalty(l1=0.1))
    before = gradient(*case[1:])
    freeze_branches(*case[1:])
    np.testing.assert_array_equal(gradient(*case[1:]), before)
