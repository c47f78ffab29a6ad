"""Conditions for a CI job to insist on."""

from __future__ import annotations

import pytest

from bpcli.errors import UsageError
from bpcli.training.requirements import parse_requirement

AVAILABLE = {"train": ["loss", "accuracy"], "test": ["loss", "accuracy"]}


@pytest.mark.parametrize(
    ("text", "met", "unmet"),
    [
        ("test_accuracy>=0.98", 0.98, 0.9799),
        ("train_loss < 0.1", 0.0999, 0.1),
        ("test_accuracy>.5", 0.51, 0.5),
        ("train_loss<=1e-3", 0.001, 0.0011),
        ("train_accuracy==1", 1.0, 0.99),
    ],
)
def test_it_holds_at_its_bound_and_not_beyond(text: str, met: float, unmet: float) -> None:
    requirement = parse_requirement(text, AVAILABLE)
    assert requirement.is_met(met)
    assert not requirement.is_met(unmet)
    assert not requirement.is_met(float("nan"))


@pytest.mark.parametrize("text", ["accuracy", "test_accuracy=0.9", "test_accuracy>=high", "test_accuracy>=nan", ""])
def test_what_cannot_be_read_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match=r"write it as 'test_accuracy>=0.98'"):
        parse_requirement(text, AVAILABLE)


def test_an_unknown_metric_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"no validation_loss .* train_loss, train_accuracy, test_loss"):
        parse_requirement("validation_loss<1", AVAILABLE)
