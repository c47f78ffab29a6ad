from typing import get_args

import numpy as np
import pytest

from bpcli.checks.cases import CLASSIFIER, Case, Pairing, make_case, suite_cases
from bpcli.checks.faults import FaultName, gradient, hindrance, plant
from bpcli.checks.gradcheck import check_objective
from bpcli.checks.suite import check_suite
from bpcli.errors import UsageError
from bpcli.nn.activations import Sigmoid
from bpcli.nn.initializers import Zeros
from bpcli.nn.losses import CrossEntropy, MeanSquaredError
from bpcli.optim.penalties import Penalty

FAULTS = get_args(FaultName)
ONE_SIGMOID = Pairing(CrossEntropy(), Sigmoid(), "0/1", outputs=1)


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_that_can_show_is_caught_in_every_case_of_the_suite(fault: FaultName) -> None:
    shown = list(check_suite(fault=fault, fast=True))
    assert [name for name, report in shown if report.passed] == []
    assert len(shown) >= 90


def test_faults_are_hindered_where_they_must_be_and_nowhere_else() -> None:
    for name, objective, X, T in suite_cases():
        hindered = {fault for fault in FAULTS if hindrance(fault, objective, X, T)}
        depth = len(objective.network.parameters.weight_names)
        hidden_derivative = depth > 1 and "identity," not in name.split(" layer")[1]
        fused = name.startswith(("cross_entropy", "kl_divergence", "poisson, exponential"))
        output_derivative = not fused and "identity output" not in name
        expected = set()
        if len(X) == 1 or "reduction sum" in name:
            expected.add("no-average")
        if "l2 0, l1 0," in name:
            expected.add("no-penalty")
        if not (hidden_derivative or output_derivative) or "init zeros" in name or "init constant" in name:
            expected.add("no-derivative")
        assert hindered == expected, name


@pytest.mark.parametrize("fault", FAULTS)
def test_the_objective_itself_stays_right(fault: FaultName) -> None:
    case = make_case(CLASSIFIER, penalty=Penalty(l2=0.1))
    before = gradient(*case[1:])
    planted = plant(fault, *case[1:])
    assert not np.allclose(gradient(planted, case.X, case.T), before)
    assert planted.value(case.X, case.T) == case.objective.value(case.X, case.T)
    np.testing.assert_array_equal(gradient(*case[1:]), before)


@pytest.mark.parametrize(
    ("fault", "case", "message"),
    [
        ("no-penalty", make_case(CLASSIFIER), "there is no penalty to leave out; set regularization.l2"),
        (
            "no-average",
            make_case(CLASSIFIER, batch=1),
            "the mean over a batch of one example is its sum; set data.batch_size to 2 or more",
        ),
        (
            "no-derivative",
            make_case(CLASSIFIER, depth=1),
            "no layer multiplies by a derivative f'(z); add a hidden layer with activation: tanh",
        ),
        (
            "transposed",
            make_case(ONE_SIGMOID, depth=1),
            "every weight matrix has a single row or column; add a hidden layer of 2 units or more",
        ),
        (
            "no-derivative",
            make_case(CLASSIFIER, init=Zeros()),
            "at these weights it does not change the gradient; set another seed, model.init or regularization",
        ),
    ],
)
def test_a_fault_that_cannot_show_says_what_to_change(fault: FaultName, case: Case, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        check_objective(*case[1:], fault=fault)
    assert str(refused.value) == f"{fault} cannot show here: {message}"


def test_an_output_derivative_can_be_left_out_too() -> None:
    case = make_case(Pairing(MeanSquaredError(), Sigmoid(), "values"), depth=1)
    assert not check_objective(*case[1:], fault="no-derivative").passed


def test_a_weak_penalty_left_out_is_caught() -> None:
    case = make_case(CLASSIFIER, penalty=Penalty(l2=1e-6))
    assert not check_objective(*case[1:], fault="no-penalty").passed


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(UsageError) as refused:
        check_objective(*make_case(CLASSIFIER)[1:], fault="no-bias")  # type: ignore[arg-type]
    assert str(refused.value) == (
        "there is no fault 'no-bias' to inject: "
        "write one of wrong-sign, no-average, no-derivative, no-penalty, transposed"
    )
