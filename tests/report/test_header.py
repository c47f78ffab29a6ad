"""What is about to be trained."""

from __future__ import annotations

from bpcli.report.header import network, print_warnings

from .conftest import Screen


def test_a_network_of_many_layers_is_shortened() -> None:
    assert network((2, 8, 1), ("tanh", "sigmoid")) == "2-8-1 tanh sigmoid"
    assert network((784, *[64] * 99, 10), ("relu",) * 100) == "784-64-64-...-10, 100 layers"


def test_warnings_wrap_at_words(screen: Screen) -> None:
    console, lines = screen(30)
    print_warnings(console, ["the data are not those it was trained on", "a\x1b"])
    assert lines() == ["warning: the data are not", "  those it was trained on", "warning: a\\x1b"]
