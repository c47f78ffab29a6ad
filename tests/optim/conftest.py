"""Parameters to give to an optimizer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bpcli.nn.parameters import Parameters

MakeParameters = Callable[..., Parameters]


@pytest.fixture
def parameters() -> MakeParameters:
    """Four weights and two biases, with their values, or drawn."""

    def make(theta: Any = None, dtype: type = np.float64) -> Parameters:
        made = Parameters({"W": (2, 2), "b": (2,)}, dtype)
        made.theta[...] = np.random.default_rng(0).standard_normal(6) if theta is None else theta
        return made

    return make
