"""What decides the bits is written down."""

from __future__ import annotations

from bpcli.training.fingerprint import difference, fingerprint


def test_it_equals_itself() -> None:
    assert difference(fingerprint(1), fingerprint(1)) == ""


def test_another_thread_count_or_numpy_is_said() -> None:
    then = {**fingerprint(2), "numpy": "1.0"}
    assert difference(then, fingerprint(1)).startswith("numpy was 1.0 and is 2")
    assert "threads was 2 and is 1" in difference(then, fingerprint(1))


def test_another_python_does_not_change_the_bits() -> None:
    assert difference({**fingerprint(1), "python": "3.0"}, fingerprint(1)) == ""
