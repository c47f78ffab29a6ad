"""Losses, each computed together with the activation of the last layer.

A config names a loss (`MeanSquaredError`, ...); `head` binds it to an output activation and gives it buffers.
A head's `forward(Z, T)` returns the *sum* over the batch of the per-example loss; `backward(count)` returns
`dZ (N, K)`, the gradient of that sum divided by `count`, in a buffer of the head's own.
"""

from __future__ import annotations

from bpcli.nn.losses.absolute import Huber, MeanAbsoluteError
from bpcli.nn.losses.cross_entropy import CrossEntropy, KLDivergence
from bpcli.nn.losses.general import GeneralHead
from bpcli.nn.losses.head import Head, Reduction
from bpcli.nn.losses.hinge import Hinge
from bpcli.nn.losses.poisson import Poisson
from bpcli.nn.losses.squared import HalfSquaredError, MeanSquaredError

__all__ = [
    "CrossEntropy",
    "GeneralHead",
    "HalfSquaredError",
    "Head",
    "Hinge",
    "Huber",
    "KLDivergence",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Poisson",
    "Reduction",
]

Loss = MeanSquaredError | HalfSquaredError | MeanAbsoluteError | Huber | CrossEntropy | KLDivergence | Hinge | Poisson
"""Discriminated by `name`."""
