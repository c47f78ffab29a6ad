"""For speed alone: keep decaying state out of the subnormal range, where a processor is many times slower.

A weight that gets no gradient (a pixel that is never lit, a dead unit) leaves a velocity that shrinks by μ a step
until it is below 1.2e-38, the smallest normal float32. Entries below `TINY` are set to zero instead, every `EVERY`
steps: far too small to move a weight, and a pure function of the step, so a resumed run does the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from bpcli.nn.arrays import Array

TINY = 1e-30
EVERY = 100


def flush_subnormals(slots: Mapping[str, Array], names: Collection[str], *, step: int) -> None:
    """Set the entries under `TINY` in magnitude of the slots called `names` to zero, at every `EVERY`th step."""
    if step % EVERY != EVERY - 1:
        return
    for name in slots.keys() & names:
        slots[name][np.abs(slots[name]) < TINY] = 0
