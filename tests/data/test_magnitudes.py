"""Numbers that the arithmetic cannot hold are named with their row and column before anything is trained."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bpcli.data.magnitudes import require_representable
from bpcli.data.scaling import Scale, fit_scaler
from bpcli.data.sources.base import Source
from bpcli.data.sources.csv_table import Csv
from bpcli.data.sources.npz_arrays import Npz
from bpcli.errors import DataError


@pytest.fixture(autouse=True)
def _in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table(a: str, y: str) -> Csv:
    """Forty rows, of which number 7 has these cells."""
    rows = [f"{a},1,{y}" if row == 7 else f"{row % 3},{row % 5},{row / 8}" for row in range(40)]
    Path("t.csv").write_text("\n".join(["a,b,y", *rows]) + "\n")
    return Csv(file="t.csv", task="regression", test_fraction=0.25, validation_fraction=0.25)


def check(source: Source, scale: Scale, dtype: str = "float32") -> None:
    data = source.load(0)
    require_representable(data, fit_scaler(scale, data.train, dtype), dtype)


@pytest.mark.parametrize("seed", range(6))
def test_a_cell_that_is_too_large_is_named_whatever_split_it_is_in(seed: int) -> None:
    data = table("1e40", "0").load(seed)
    split = next(name for name, part in data.splits.items() if part.rows is not None and 7 in part.rows)
    scaler = fit_scaler("none", data.train, "float32")
    with pytest.raises(DataError, match=rf"^row 7 of the data \({split} split\): feature 'a' is 1e\+40, which is too"):
        require_representable(data, scaler, "float32")
    require_representable(data, scaler, "float64")


def test_a_target_that_is_too_large_is_named() -> None:
    with pytest.raises(DataError, match=r"^row 7 of the data \(\w+ split\): the target is -1e\+40, which is too large"):
        check(table("0", "-1e40"), "standard")


def test_what_is_not_too_large_once_it_is_scaled_is_taken() -> None:
    check(table("1e40", "0"), "unit")
    with pytest.raises(DataError, match=r"feature 'a' is 1e\+40"):
        check(table("1e40", "0"), "none")


def test_a_spread_that_no_number_can_hold_is_named() -> None:
    x = np.linspace(0, 1e300, 40)[:, np.newaxis]
    np.savez("d.npz", x=x, y=np.arange(40) % 2)
    with np.errstate(all="ignore"), pytest.raises(DataError, match="feature number 0 is"):
        check(replace(Npz(file="d.npz"), test_fraction=0.0), "standard", "float64")


def test_bytes_and_classes_always_fit() -> None:
    np.savez("d.npz", x=np.full((40, 2, 2), 255, np.uint8), y=np.arange(40) % 2)
    check(Npz(file="d.npz"), "none")
