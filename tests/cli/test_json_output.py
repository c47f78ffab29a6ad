"""JSON that any reader accepts."""

from __future__ import annotations

import json
import math

import pytest

from bpcli.cli.json_output import print_json


def test_what_is_no_number_is_null(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"r2": math.nan, "tensors": ({"error": math.inf},), "name": "Ü", "loss": 0.1})
    shown = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert shown == {"r2": None, "tensors": [{"error": None}], "name": "Ü", "loss": 0.1}
