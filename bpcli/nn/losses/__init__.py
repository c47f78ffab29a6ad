"""Losses, each computed together with the activation of the last layer.

A config names a loss (`MeanSquaredError`, ...); `bind` joins it to an output activation. What comes out,
an `OutputLoss`, has a `forward(Z, T)` that returns the *sum* over the batch of the loss of each example, and a
`backward(count)` that returns `dZ (N, K)`, the gradient of that sum divided by `count`.
"""

from __future__ import annotations

from bpcli.nn.losses.cross_entropy import CrossEntropy, KLDivergence
from bpcli.nn.losses.hinge import Hinge
from bpcli.nn.losses.loss import Compared, OutputLoss, Reduction
from bpcli.nn.losses.regression import HalfSquaredError, Huber, MeanAbsoluteError, MeanSquaredError, Poisson

__all__ = [
    "Compared",
    "CrossEntropy",
    "HalfSquaredError",
    "Hinge",
    "Huber",
    "KLDivergence",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "OutputLoss",
    "Poisson",
    "Reduction",
]

Loss = MeanSquaredError | HalfSquaredError | MeanAbsoluteError | Huber | CrossEntropy | KLDivergence | Hinge | Poisson
"""Discriminated by `name`."""
