"""One JSON object on standard output."""

from __future__ import annotations

import json
from typing import Any

import typer

from bpcli.training.nulls import finite


def print_json(value: dict[str, Any]) -> None:
    """Print `value`; JSON knows no NaN and no infinity, so they become null."""
    typer.echo(json.dumps(finite(value), indent=2, ensure_ascii=False, allow_nan=False))
