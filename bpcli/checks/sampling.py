"""Which entries of a network's parameters a gradient check looks at."""

from __future__ import annotations

import numpy as np

from bpcli.checks.numerical import Line
from bpcli.nn.arrays import Array
from bpcli.nn.parameters import Parameters
from bpcli.nn.randomness import generator

SAMPLES = 50
"""entries a tensor, where checking all of them would take too long"""
FAST_SAMPLES = 5
"""entries a tensor of a fast check"""
DIRECTIONS = 10
"""random directions of every check"""

_BUDGET = 4e10
"""multiplications, about ten seconds on one core"""
_CALL = 5e4
"""what one evaluation of the objective costs beside its arithmetic, in multiplications"""


def entries_per_tensor(parameters: Parameters, examples: int, *, samples: int | None, fast: bool) -> int | None:
    """How many entries of each tensor to check on a batch of `examples`; None for all of them."""
    if fast:
        return FAST_SAMPLES if samples is None else samples
    count = len(parameters)
    affordable = 4 * count * (count * examples + _CALL) <= _BUDGET
    return SAMPLES if samples is None and not affordable else samples


def sample_entries(grad: Array, count: int | None, *, seed: int, tensor: int) -> Array:
    """Sorted flat indices into `grad (size,)`: all for None, else `count`, a fifth of them where |grad| is largest.

    NaN counts as the largest.
    """
    if count is None or count >= len(grad):
        return np.arange(len(grad))
    size = np.nan_to_num(np.abs(grad), nan=np.inf, posinf=np.inf)
    largest = np.argsort(-size, kind="stable")[: -(-count // 5)]
    others = np.setdiff1d(np.arange(len(grad)), largest, assume_unique=True)
    drawn = generator(seed, "gradcheck", 1 + tensor).choice(others, count - len(largest), replace=False)
    return np.sort(np.concatenate([largest, drawn]))


def random_directions(size: int, *, seed: int) -> list[Line]:
    """`DIRECTIONS` lines in directions of length one, uniform over the sphere of `size` dimensions."""
    vectors = generator(seed, "gradcheck", 0).standard_normal((DIRECTIONS, size))
    return [Line(slice(None), vector / np.linalg.norm(vector)) for vector in vectors]
