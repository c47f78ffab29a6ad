"""Keep decaying state out of the subnormal range, where a processor is many times slower.

A weight that gets no gradient (a pixel that is never lit, a dead unit) leaves a velocity that shrinks by μ a step
until it is below 1.2e-38, the smallest normal float32. Whatever falls below `TINY` is set to zero instead, every
`EVERY` steps: far too small to move a weight, and a pure function of the step, so a resumed run does the same.
"""

from __future__ import annotations

import numpy as np

from bpcli.nn.arrays import Array
from bpcli.optim.optimizer import blocks

TINY = 1e-30
EVERY = 100


def flush_subnormals(slot: Array, *, step: int) -> None:
    """Zero the entries of `slot (P,)` under `TINY` in magnitude, at every `EVERY`th step."""
    if step % EVERY == EVERY - 1:
        for (part,) in blocks(slot):
            np.copyto(part, 0, where=np.abs(part) < TINY)
