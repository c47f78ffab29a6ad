import json

import numpy as np
import pytest

from bpcli.checks.cases import CLASSIFIER, Case, make_case
from bpcli.checks.gradcheck import check_objective, relative_error
from bpcli.errors import UsageError
from bpcli.nn.activations import AnyActivation, ReLU, Sigmoid, Softsign, Tanh
from bpcli.nn.initializers import Constants
from bpcli.nn.layers import Dense, LayerNorm
from bpcli.nn.losses import CrossEntropy
from bpcli.nn.network import Network
from bpcli.optim.penalties import Penalty
from bpcli.training.objective import Objective


class BrokenGradient(Objective):
    """Adds `error` to one entry of the gradient."""

    tensor, entry, error = "layers.0.W", (1, 1), 0.0

    def backward(self, count: int) -> None:
        super().backward(count)
        self.network.parameters.grads[self.tensor][self.entry] += self.error


def broken(case: Case, error: float) -> Objective:
    objective = BrokenGradient(case.objective.network, case.objective.loss, case.objective.penalties)
    object.__setattr__(objective, "error", error)
    return objective


def xor(activation: AnyActivation, dtype: type = np.float64) -> Case:
    """x = (0, 0) and zero biases put every hidden unit exactly on the kink of relu."""
    specs = [Dense(units=4, activation=activation), Dense(units=1, activation=Sigmoid())]
    network = Network(specs, features=2, dtype=dtype, seed=0)
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype)
    return Case("xor", Objective(network, CrossEntropy().bind(Sigmoid())), X, np.array([[0], [1], [1], [0]], dtype))


def test_a_right_gradient_passes_in_every_tensor() -> None:
    report = check_objective(*make_case(CLASSIFIER)[1:])
    assert report.passed
    assert report.mode == "all entries"
    assert [(tensor.name, tensor.shape, tensor.checked) for tensor in report.tensors] == [
        ("layers.0.W", (3, 4), 12),
        ("layers.1.W", (4, 3), 12),
        ("layers.0.b", (4,), 4),
        ("layers.1.b", (3,), 3),
    ]
    assert {check.verdict for check in (*report.tensors, report.directions)} == {"ok"}
    assert report.max_relative_error < 1e-8


@pytest.mark.parametrize("error", [1e-5, -1e-5, 1.0])
def test_one_wrong_entry_is_found_and_named(error: float) -> None:
    case = make_case(CLASSIFIER)
    report = check_objective(broken(case, error), case.X, case.T)
    assert not report.passed
    assert [tensor.verdict for tensor in report.tensors] == ["wrong", "ok", "ok", "ok"]
    first = report.tensors[0]
    assert first.worst_index == (1, 1)
    assert first.analytic - first.numeric == pytest.approx(error, rel=1e-3)
    assert first.max_relative_error > report.rtol
    assert report.max_relative_error >= first.max_relative_error
    assert report.directions.verdict == "wrong"


def test_a_tiny_wrong_gradient_is_not_excused_by_the_coarser_measure_of_smaller_steps() -> None:
    case = make_case(CLASSIFIER)
    case.X[:, 1] = 0  # entry (1, 1) belongs to this input, so that its gradient is zero
    assert not check_objective(broken(case, 3e-9), case.X, case.T).passed
    assert check_objective(broken(case, 3e-11), case.X, case.T).passed


def test_the_size_of_an_error_beside_its_gradient_decides() -> None:
    case = make_case(CLASSIFIER)
    tolerant = check_objective(broken(case, 1e-5), case.X, case.T, rtol=1e-2)
    assert tolerant.passed
    assert tolerant.max_relative_error <= 1e-2
    assert check_objective(broken(case, 1e-5), case.X, case.T, atol=1e-4).passed


@pytest.mark.parametrize("error", [np.nan, np.inf, -np.inf])
def test_a_gradient_that_is_not_finite_is_wrong_and_raises_nothing(error: float) -> None:
    case = make_case(CLASSIFIER)
    report = check_objective(broken(case, error), case.X, case.T)
    assert not report.passed
    assert report.tensors[0].verdict == "wrong"
    assert report.tensors[0].worst_index == (1, 1)
    assert json.loads(json.dumps(report.to_dict(), allow_nan=False))["tensors"][0]["max_relative_error"] is None


def test_inputs_that_are_not_finite_are_wrong_and_raise_nothing() -> None:
    case = make_case(CLASSIFIER)
    assert not check_objective(case.objective, case.X * np.nan, case.T).passed


@pytest.mark.parametrize("options", [{}, {"fast": True}, {"samples": 2}])
def test_the_network_is_left_as_it_was(options: dict[str, int]) -> None:
    case = make_case(CLASSIFIER, hidden=ReLU(), penalty=Penalty(l1=0.1))
    before = case.objective.network.parameters.theta.tobytes()
    check_objective(*case[1:], **options)
    assert case.objective.network.parameters.theta.tobytes() == before


def test_a_sampled_check_says_so_and_is_repeatable() -> None:
    case = make_case(CLASSIFIER)
    report = check_objective(*case[1:], samples=4, seed=1)
    assert report.mode == "sampled"
    assert [tensor.checked for tensor in report.tensors] == [4, 4, 4, 3]
    assert report == check_objective(*case[1:], samples=4, seed=1)
    assert report != check_objective(*case[1:], samples=4, seed=2)


def test_directions_see_an_entry_that_the_sample_missed() -> None:
    case = make_case(CLASSIFIER)
    objective = broken(case, 1e-4)
    reports = [check_objective(objective, case.X, case.T, samples=1, seed=seed) for seed in range(20)]
    missed = [report for report in reports if report.tensors[0].verdict == "ok"]
    assert missed
    assert all(not report.passed and report.directions.verdict == "wrong" for report in missed)


def test_a_kink_inside_the_step_is_said_and_does_not_fail() -> None:
    report = check_objective(*xor(ReLU())[1:])
    assert report.passed
    assert {tensor.name: tensor.verdict for tensor in report.tensors if tensor.verdict != "ok"} == {
        "layers.0.b": "kink"
    }
    assert report.kinks == 4
    assert report.directions.verdict == "kink"
    assert report.max_relative_error < 1e-8
    assert check_objective(*xor(Tanh())[1:]).kinks == 0


def test_a_wrong_gradient_at_a_kink_is_still_wrong() -> None:
    case = xor(ReLU())
    objective = broken(case, 1e-4)
    object.__setattr__(objective, "tensor", "layers.0.b")
    object.__setattr__(objective, "entry", (0,))
    report = check_objective(objective, case.X, case.T)
    assert [tensor.name for tensor in report.tensors if tensor.verdict == "wrong"] == ["layers.0.b"]


def test_a_kink_near_by_only_shortens_the_step() -> None:
    case = xor(ReLU())
    case.objective.network.parameters.views["layers.0.b"][...] = 2e-4
    report = check_objective(*case[1:])
    assert report.passed
    assert report.kinks == 0
    assert report.max_relative_error < 1e-6


def test_a_weight_of_zero_under_l1_has_gradient_zero() -> None:
    case = make_case(CLASSIFIER, penalty=Penalty(l1=0.1))
    case.objective.network.parameters.views["layers.0.W"][0, 0] = 0.0
    case.objective.network.parameters.views["layers.0.W"][0, 1] = 1e-9
    report = check_objective(*case[1:])
    assert report.passed
    assert report.tensors[0].kinks == 1


def test_inputs_a_thousand_times_too_large_only_shorten_the_step() -> None:
    case = make_case(CLASSIFIER, hidden=Sigmoid())
    case.X[:, 0] *= 1000
    case.objective.network.parameters.views["layers.0.W"][0] /= 1000
    assert check_objective(*case[1:]).passed


def test_only_float64_is_precise_enough() -> None:
    with pytest.raises(ValueError, match="float64"):
        check_objective(*xor(Tanh(), np.float32)[1:])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"eps": 0.0}, "eps is 0.0, but it must be a number, more than 0"),
        ({"eps": np.inf}, "eps is inf, but it must be a number, more than 0"),
        ({"atol": -1.0}, "atol is -1.0, but it must be a number, 0 or more"),
        ({"rtol": np.nan}, "rtol is nan, but it must be a number, more than 0"),
        ({"samples": 0}, "samples is 0, but it must be 1 or more"),
    ],
)
def test_an_option_out_of_range_is_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(UsageError) as refused:
        check_objective(*make_case(CLASSIFIER)[1:], **options)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("analytic", "numeric", "floor", "expected"),
    [
        (1.0, 1.0, 0.0, 0.0),
        (0.0, 0.0, 0.0, 0.0),
        (1.0, -1.0, 0.0, 2.0),
        (1.0, 0.0, 1.0, 0.5),
        (np.nan, 1.0, 1.0, np.inf),
        (np.inf, np.inf, 1.0, np.inf),
    ],
)
def test_the_relative_error(analytic: float, numeric: float, floor: float, expected: float) -> None:
    assert relative_error(analytic, numeric, floor) == expected


def test_the_report_as_a_dictionary() -> None:
    report = check_objective(*make_case(CLASSIFIER)[1:]).to_dict()
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert report["passed"] is True
    assert {"name", "shape", "checked", "max_relative_error", "worst_index", "analytic", "numeric", "verdict"} <= set(
        report["tensors"][0]
    )


def test_a_kink_where_the_loss_is_sharply_curved_is_told_from_a_wrong_gradient() -> None:
    """Equal biases and x = (0, 0) leave layer normalisation no variance: all depends on steps far below √ε."""
    specs = [
        Dense(units=3, activation=Softsign(), normalization=LayerNorm(), bias_init=Constants(value=0.2)),
        Dense(units=1, activation=Sigmoid()),
    ]
    network = Network(specs, features=2, dtype=np.float64, seed=0)
    objective = Objective(network, CrossEntropy().bind(Sigmoid()))
    report = check_objective(objective, *xor(Tanh())[2:])
    assert report.passed
    assert report.kinks
