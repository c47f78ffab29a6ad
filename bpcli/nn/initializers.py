"""How weights start. Biases start at zero.

An initialiser draws `W (fan_in, fan_out)` in float64; the network rounds it to its own precision, so that
float32 and float64 networks of one seed start at the same place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Gt

from bpcli.nn.activations import AnyActivation, ReLU
from bpcli.nn.arrays import Array


@dataclass(frozen=True, kw_only=True)
class Zeros:
    """All zero: every unit of a layer stays equal to its neighbours, which shows the symmetry problem."""

    name: Literal["zeros"] = "zeros"

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], *, fan_in: int, fan_out: int) -> Array:
        return np.zeros(shape)


@dataclass(frozen=True, kw_only=True)
class Normal:
    """N(0, std²)."""

    name: Literal["normal"] = "normal"
    std: Annotated[float, Gt(0)] = 0.01
    """standard deviation"""

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], *, fan_in: int, fan_out: int) -> Array:
        return self.std * rng.standard_normal(shape)


@dataclass(frozen=True, kw_only=True)
class Uniform:
    """U(-limit, limit), of variance limit² / 3."""

    name: Literal["uniform"] = "uniform"
    limit: Annotated[float, Gt(0)] = 0.05
    """half the width of the interval"""

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], *, fan_in: int, fan_out: int) -> Array:
        return rng.uniform(-self.limit, self.limit, shape)


@dataclass(frozen=True, kw_only=True)
class ScaledNormal:
    """N(0, variance), where the layer's widths give the variance.

    glorot: 2 / (fan_in + fan_out) (Glorot and Bengio 2010, eq. 12); he: 2 / fan_in (He et al. 2015, eq. 10);
    lecun: 1 / fan_in (LeCun et al. 1998, "Efficient BackProp", eq. 16).
    """

    name: Literal["glorot_normal", "he_normal", "lecun_normal"]

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], *, fan_in: int, fan_out: int) -> Array:
        std = math.sqrt(_variance(self.name, fan_in, fan_out))
        return std * rng.standard_normal(shape)


@dataclass(frozen=True, kw_only=True)
class ScaledUniform:
    """U(-limit, limit) with limit = √(3 variance), the variance as for the normal form of the same name."""

    name: Literal["glorot_uniform", "he_uniform", "lecun_uniform"]

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], *, fan_in: int, fan_out: int) -> Array:
        limit = math.sqrt(3 * _variance(self.name, fan_in, fan_out))
        return rng.uniform(-limit, limit, shape)


Initializer = Zeros | Normal | Uniform | ScaledNormal | ScaledUniform


def default_initializer(activation: AnyActivation) -> Initializer:
    """He for relu, whose half of dead outputs it makes up for; Glorot for the rest."""
    return ScaledNormal(name="he_normal") if isinstance(activation, ReLU) else ScaledUniform(name="glorot_uniform")


def _variance(name: str, fan_in: int, fan_out: int) -> float:
    if name.startswith("glorot"):
        return 2 / (fan_in + fan_out)
    return (2 if name.startswith("he") else 1) / fan_in
