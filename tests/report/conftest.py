"""A console whose lines can be read back."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from rich.console import Console

Screen = Callable[..., tuple[Console, Callable[[], list[str]]]]


@pytest.fixture
def screen() -> Screen:
    """Make a console so many columns wide, and a function that gives its lines."""

    def make(width: int = 80) -> tuple[Console, Callable[[], list[str]]]:
        console = Console(file=io.StringIO(), width=width, highlight=False, color_system=None)
        assert isinstance(console.file, io.StringIO)
        return console, lambda: console.file.getvalue().splitlines()  # type: ignore[attr-defined]

    return make
