"""Numbers as a person reads them."""

from __future__ import annotations

import math


def number(value: float) -> str:
    """At most nine characters: four decimals, fewer for large values, an exponent where those would show nothing."""
    if not math.isfinite(value):
        return str(value)
    if 0.99995 <= value < 1:  # a share that is not the whole never reads as 1
        return f"{min(round(value * 1e7), 9_999_999) / 1e7:.7f}".rstrip("0")
    if value == 0 or 1e-3 <= abs(value) < 1e3:
        return f"{value:.4f}"
    return f"{value:.1f}" if 1e3 <= abs(value) < 1e5 else f"{value:.2e}"


def count(value: float) -> str:
    """A whole number, thousands apart."""
    return f"{value:,.0f}"


def counted(value: int, noun: str) -> str:
    """`1 epoch`, `2 epochs`, `0 entries`"""
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + ("es" if noun.endswith(("tch", "ss")) else "s")
    return f"{count(value)} {noun if value == 1 else plural}"


def duration(seconds: float) -> str:
    """`0.42 s`, `12.3 s`, `3:05`, `1:02:03`"""
    if seconds < 10:
        return f"{seconds:.2f} s"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def metric(name: str) -> str:
    """`validation_loss` in words."""
    return name.replace("_", " ")
