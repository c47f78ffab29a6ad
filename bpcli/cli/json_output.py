"""One JSON object on standard output."""

from __future__ import annotations

import json
import math
from typing import Any

import typer


def print_json(value: dict[str, Any]) -> None:
    """Print `value`; JSON knows no NaN and no infinity, so they become null."""
    typer.echo(json.dumps(_finite(value), indent=2, ensure_ascii=False, allow_nan=False))


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(below) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(below) for below in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
