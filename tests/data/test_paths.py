"""Paths in a config are those of a shell, and nothing else than a file is read as one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bpcli.data.paths import user_path
from bpcli.data.sources.base import Source
from bpcli.data.sources.csv_table import Csv
from bpcli.data.sources.mnist import Mnist
from bpcli.data.sources.npz_arrays import Npz
from bpcli.data.sources.stream import Stream
from bpcli.errors import ConfigError

NOWHERE = "~nobody-has-this-name/data"


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert user_path("~/data", "file") == Path("/home/me/data")


@pytest.mark.parametrize(
    ("source", "key"),
    [
        (Csv(file=NOWHERE), "file"),
        (Npz(file=NOWHERE), "file"),
        (Stream(file=NOWHERE), "file"),
        (Mnist(files=NOWHERE), "files"),
        (Mnist(cache_dir=NOWHERE), "cache_dir"),
    ],
    ids=["csv", "npz", "stream", "files", "cache_dir"],
)
def test_the_home_of_nobody_is_an_error_of_its_key(source: Source, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _ = source.info(), source.load(0)
    assert str(caught.value) == (
        f"data.{key}: nothing says where the folder ~nobody-has-this-name is: write the whole path"
    )


def test_where_no_home_is_known_a_cache_folder_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> Path:
        raise RuntimeError("could not determine the home directory")

    monkeypatch.setattr("platformdirs.user_cache_path", unknown)
    with pytest.raises(ConfigError, match=r"data\.cache_dir: nothing says where the home folder is"):
        Mnist().load(0)


@pytest.mark.parametrize("source", [Npz, Csv, Stream])
def test_a_name_that_no_file_can_have_is_an_error_of_its_key(source: type[Csv]) -> None:
    with pytest.raises(ConfigError, match=r"data\.file: cannot read a+: File name too long"):
        source(file="a" * 5000).info()


@pytest.mark.parametrize(("path", "what"), [(".", "a folder"), (os.devnull, "a pipe or a device"), ("p", "a pipe")])
def test_an_npz_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, what: str) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("p")
    with pytest.raises(ConfigError, match=f"is {what}"):
        Npz(file=path).info()
