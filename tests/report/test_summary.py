"""The summary says what to type next."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpcli.api.train import TrainResult
from bpcli.config.load import config_from_data
from bpcli.report.console import make_console
from bpcli.report.summary import print_summary


@pytest.mark.parametrize(
    ("data", "more"),
    [
        ({"name": "mnist"}, ""),
        ({"name": "mnist", "cache_dir": "my cache"}, " 'data.cache_dir=my cache'"),
        ({"name": "stream", "file": "rows.csv"}, " data.name=csv data.file=FILE"),
    ],
)
def test_the_next_command_says_what_is_not_taken_from_the_checkpoint(
    data: dict[str, str], more: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    Path("best.npz").touch()
    result = TrainResult(
        run=Path(), status="completed", epochs=1, steps=1, seconds=1.0, monitor="train_loss", best=None, final={}
    )
    print_summary(make_console(), config_from_data({"data": data, "model": {"layers": [10]}}), result)
    assert f"next    bpcli eval best.npz{more}\n" in capsys.readouterr().out
