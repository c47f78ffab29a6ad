"""Plain scalars mean what YAML 1.2 says, whatever PyYAML makes of them."""

import pytest

from bpcli.config.text.scalars import Scalar, resolve_plain


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-4", 0.0001),
        ("1E5", 100000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("-3", -3),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("true", True),
        ("False", False),
        ("off", "off"),
        ("yes", "yes"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("2024-01-01", "2024-01-01"),
        ("nan", "nan"),
        ("-", "-"),
        ("e5", "e5"),
        ("", None),
        ("~", None),
        ("null", None),
    ],
)
def test_a_plain_scalar_is_what_the_core_schema_says(text: str, value: Scalar) -> None:
    resolved = resolve_plain(text)
    assert (resolved, type(resolved)) == (value, type(value))


@pytest.mark.parametrize(
    "text", [".nan", ".NaN", ".inf", "-.inf", "+.INF", "1e999", "-1e999", "9" * 101, "0x" + "f" * 98]
)
def test_a_number_that_no_key_can_hold_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        resolve_plain(text)
