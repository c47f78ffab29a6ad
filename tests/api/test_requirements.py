"""Conditions for a CI job to insist on."""

from __future__ import annotations

import math

import pytest

from bpcli.api.requirements import CheckedRequirement, parse_requirement
from bpcli.errors import UsageError

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


@pytest.mark.parametrize(
    "text",
    ["accuracy", "test_accuracy=0.9", "test_accuracy>=high", "test_accuracy>=nan", ""]
    + [f"test_accuracy>={odd}" for odd in ("1_0", "٣", "inf", "1e999", "0x1")],
)
def test_what_cannot_be_read_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match=r"write it as 'test_accuracy>=0.98'"):
        parse_requirement(text, AVAILABLE)


def test_an_unknown_metric_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"no validation_loss .* train_loss, train_accuracy, test_loss"):
        parse_requirement("validation_loss<1", AVAILABLE)


@pytest.mark.parametrize(
    ("condition", "value", "said"),
    [
        ("train_accuracy>=1.1", 1.0, "train_accuracy is 1.0000, required >= 1.1"),
        ("train_loss<1e-9", 0.25, "train_loss is 0.2500, required < 1e-09"),
        ("train_loss<1e-9", 1.25e-5, "train_loss is 1.25e-05, required < 1e-09"),
        ("test_accuracy>=0.98", 0.97996, "test_accuracy is 0.97996, required >= 0.98"),
        ("test_accuracy==1", 0.99999, "test_accuracy is 0.99999, required == 1"),
        ("test_accuracy>=0.123456789", 0.0, "test_accuracy is 0.0000, required >= 0.123456789"),
        ("test_loss<1", math.inf, "test_loss is inf, required < 1"),
        (
            "test_accuracy>=0.5",
            math.nan,
            "test_accuracy is undefined, required >= 0.5: it has no value for these examples, so no bound can be met",
        ),
    ],
)
def test_what_is_said_of_an_unmet_one_never_rounds_to_one_that_is_met(condition: str, value: float, said: str) -> None:
    checked = CheckedRequirement(parse_requirement(condition, AVAILABLE), value)
    assert not checked.met
    assert str(checked) == said
