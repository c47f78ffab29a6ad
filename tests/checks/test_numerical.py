import numpy as np
import pytest

from bpcli.checks.cases import CLASSIFIER, Case, make_case
from bpcli.checks.numerical import Line, derivative, moving


@pytest.fixture
def case() -> Case:
    return make_case(CLASSIFIER)


class Quintic:
    """J(θ) = Σ θ⁵, in the place of an objective: the first power that a five-point difference gets wrong."""

    def __init__(self, theta: np.ndarray) -> None:
        self.theta = theta
        self.network = self.parameters = self

    def value(self, X: object, T: object, step: int) -> float:
        return float((self.theta**5).sum())


def test_the_error_is_the_one_of_the_formula() -> None:
    """h⁴ J⁽⁵⁾/30 with J⁽⁵⁾ = 120: (8·2h⁵ - 64h⁵)/12h = -4h⁴."""
    quintic = Quintic(np.zeros(1))
    assert derivative(quintic, None, None, Line(0, 1.0), 0.1) == pytest.approx(-4 * 0.1**4, rel=1e-12)
    quintic.theta[0] = 2.0
    assert derivative(quintic, None, None, Line(0, 1.0), 1e-3) == pytest.approx(80, rel=1e-10)


def test_a_direction_moves_all_parameters() -> None:
    quintic, direction = Quintic(np.array([1.0, 2.0])), np.array([0.6, 0.8])
    line = Line(slice(None), direction)
    assert derivative(quintic, None, None, line, 1e-3) == pytest.approx(5 * 0.6 + 80 * 0.8, rel=1e-9)
    assert line.slope(np.array([10.0, 20.0])) == pytest.approx(22)


@pytest.mark.parametrize("line", [Line(3, 1.0), Line(slice(None), np.full(31, 1 / 3))])
def test_theta_comes_back_bit_for_bit(case: Case, line: Line) -> None:
    theta = case.objective.network.parameters.theta
    theta[3] = -0.0
    before = theta.tobytes()
    derivative(case.objective, case.X, case.T, line, 1e-3)
    assert theta.tobytes() == before


def test_theta_comes_back_after_an_error(case: Case) -> None:
    theta = case.objective.network.parameters.theta
    before = theta.tobytes()
    with pytest.raises(KeyboardInterrupt), moving(case.objective, Line(0, 1.0)) as move:  # noqa: PT012
        move(1.0)
        assert theta.tobytes() != before
        raise KeyboardInterrupt
    assert theta.tobytes() == before
