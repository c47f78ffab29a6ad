"""A vector of parameters, without a network around it."""

from __future__ import annotations

import numpy as np

from bpcli.nn.parameters import Parameters


def make_parameters(theta: np.ndarray, *, weights: int | None = None) -> Parameters:
    """`theta (P,)`, of which the first `weights` (all) count as weights."""
    count = len(theta) if weights is None else weights
    shapes: dict[str, tuple[int, ...]] = {"W": (count, 1)}
    if count < len(theta):
        shapes["b"] = (len(theta) - count,)
    parameters = Parameters(shapes, theta.dtype)
    parameters.theta[...] = theta
    return parameters
