"""Max-norm: no unit's weights grow longer than a limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpcli.nn.arrays import Array


@dataclass(frozen=True)
class MaxNorm:
    """A limit on a unit's incoming weights w: where ‖w‖₂ > c, they become c w / ‖w‖₂ (Srebro et al. 2005).

    Srivastava et al. 2014, section 5.1, pair it with dropout.
    """

    limits: tuple[tuple[Array, float], ...] = ()
    """weights of a layer, whose last axis is its units, and their limit c"""

    def apply(self) -> None:
        """Shorten the weights that are too long, in place, after an update."""
        for W, limit in self.limits:
            norms = np.sqrt(np.square(W).sum(axis=tuple(range(W.ndim - 1))))
            W *= limit / np.maximum(norms, limit)
