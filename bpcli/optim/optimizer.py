"""What an optimizer is."""

from __future__ import annotations

from bpcli.nn.arrays import Array

Slots = dict[str, Array]
"""An optimizer's memory: `(P,)` arrays by name, saved and restored with the weights."""
