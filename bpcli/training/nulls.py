"""Data for JSON, which has no NaN and no infinity."""

from __future__ import annotations

import math
from typing import Any


def finite(value: Any) -> Any:
    """Nested plain data, with None for each number that is not finite, and lists for tuples."""
    if isinstance(value, dict):
        return {key: finite(below) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [finite(below) for below in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
