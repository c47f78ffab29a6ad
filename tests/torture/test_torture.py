"""Every row of the table (`make torture`), small: what docs/robustness.md promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from torture.row import Row
from torture.table import ROWS, SHORT


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.number} {row.title}")
def test_what_the_row_promises_holds(row: Row, tmp_path: Path) -> None:
    outcome = row.run(SHORT, tmp_path)
    assert outcome.cases
    assert not outcome.failures, "\n".join(outcome.failures[:20])
