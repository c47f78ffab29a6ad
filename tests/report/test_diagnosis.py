"""From wrong numbers to the likely bug."""

from __future__ import annotations

import math

import pytest

from bpcli.checks.verdicts import GradcheckReport, TensorCheck
from bpcli.report.diagnosis import likely_cause


def tensor(name: str, analytic: float, numeric: float = 1.0) -> TensorCheck:
    shape = (2, 3) if name.endswith("W") else (3,)
    verdict = "ok" if analytic == numeric else "wrong"
    return TensorCheck(name, shape, 6, abs(analytic - numeric), (0,) * len(shape), analytic, numeric, verdict, 0)


def report(*tensors: TensorCheck) -> GradcheckReport:
    directions = tensor("random directions", 1.0)
    return GradcheckReport(False, "all entries", tensors, directions, 12, 4, 0.5, 1e-3, 1e-10, 1e-6)


@pytest.mark.parametrize(
    ("tensors", "cause"),
    [
        ([("layers.0.W", -1.0), ("layers.0.b", -1.0)], "every sign is turned around"),
        ([("layers.0.W", 3.9), ("layers.0.b", 4.0)], "the gradient is that of a sum over the 4 examples"),
        ([("layers.0.W", 0.3), ("layers.0.b", 1.0)], "the biases agree and the weights do not"),
        ([("layers.0.b", 0.3), ("layers.1.b", 1.0)], "it goes wrong on the way back into layers.0"),
        ([("layers.0.b", 0.3), ("layers.1.b", 0.7)], "the error is there from the output on"),
        ([("layers.0.b", math.nan)], "back-propagation gives a number that is not finite"),
        ([("layers.0.W", 1.0)], "the tensors agree where they were looked at"),
    ],
)
def test_a_pattern_has_its_cause(tensors: list[tuple[str, float]], cause: str) -> None:
    assert likely_cause(report(*(tensor(*one) for one in tensors))).startswith(cause)


def test_a_loss_that_is_not_finite_is_not_blamed_on_back_propagation() -> None:
    assert "the loss itself is not finite" in likely_cause(report(tensor("layers.0.b", 1.0, math.inf)))
