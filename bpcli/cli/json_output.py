"""One JSON object on standard output."""

from __future__ import annotations

import json
import sys
from typing import Any

import typer

from bpcli.plain_data import finite
from bpcli.report.escape import escaped_json


def print_json(value: dict[str, Any]) -> None:
    """Print `value`; JSON knows no NaN and no infinity, so they become null."""
    ascii_only = not (sys.stdout.encoding or "").lower().startswith("utf")
    typer.echo(escaped_json(json.dumps(finite(value), indent=2, ensure_ascii=ascii_only, allow_nan=False)))
