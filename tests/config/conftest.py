"""Configs written to a file, and what a user sees of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bpcli.config.load import load_config
from bpcli.config.sections import Config
from bpcli.errors import ConfigError

Load = Callable[..., Config]
Report = Callable[..., str]

SMALLEST = "data: xor\nmodel: {layers: [4, 1]}\n"


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, so that reports name files as short as a user does."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def load(in_folder: Path) -> Load:
    """The config of a text in c.yaml, with overrides."""

    def load(text: str | bytes, *overrides: str) -> Config:
        content = text if isinstance(text, bytes) else text.encode()
        Path("c.yaml").write_bytes(content)
        return load_config("c.yaml", overrides)

    return load


@pytest.fixture
def report(load: Load) -> Report:
    """All that a user sees of a config that is refused."""

    def report(text: str | bytes, *overrides: str) -> str:
        with pytest.raises(ConfigError) as caught:
            load(text, *overrides)
        return str(caught.value)

    return report
