"""Numbers as a person reads them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.report.figures import count, counted, duration, number


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0.0000"),
        (0.98765, "0.9877"),
        (0.00042, "4.20e-04"),
        (0.99994, "0.9999"),
        (0.99996, "0.99996"),
        (1 - 1e-12, "0.9999999"),
        (1.0, "1.0000"),
        (-1.5, "-1.5000"),
        (21720.66, "21720.7"),
        (1.5e12, "1.50e+12"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
    ],
)
def test_a_number_shows_what_matters(value: float, shown: str) -> None:
    assert number(value) == shown


@given(st.floats(-1e98, 1e98).filter(lambda value: value == 0 or abs(value) > 1e-98))
def test_a_number_fits_its_column(value: float) -> None:
    assert len(number(value)) <= 9


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.004, "0.00 s"), (9.87, "9.87 s"), (12.34, "12.3 s"), (75, "1:15"), (3600, "1:00:00"), (3725.6, "1:02:06")],
)
def test_a_duration_is_short(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


def test_words_follow_their_number() -> None:
    assert [counted(1, "epoch"), counted(1000, "epoch"), counted(0, "entry"), counted(2, "batch")] == [
        "1 epoch",
        "1,000 epochs",
        "0 entries",
        "2 batches",
    ]
    assert count(1234567.8) == "1,234,568"
