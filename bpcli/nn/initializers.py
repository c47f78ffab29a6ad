"""Initialisers: how weights and biases start.

An initialiser draws in float64; the network rounds to its own precision, so that float32 and float64 networks of one
seed start at the same place. `shape` is `(fan_in, fan_out)` for weights and `(fan_out,)` for biases.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Gt, Le

from bpcli.nn.activations import ELU, GELU, SELU, Activation, LeakyReLU, ReLU, SiLU, Softplus
from bpcli.nn.arrays import Array

Shape = tuple[int, ...]

Spread = Annotated[float, Gt(0), Le(1e100)]
"""Far beyond what float32 holds, and little enough that the width of an interval can be calculated."""


@dataclass(frozen=True, kw_only=True)
class Zeros:
    """zeros: all zero, so that every unit of a layer stays equal to its neighbours: the symmetry problem."""

    name: Literal["zeros"] = "zeros"

    def draw(self, rng: np.random.Generator, shape: Shape, *, fan_in: int, fan_out: int) -> Array:
        return np.zeros(shape)


@dataclass(frozen=True, kw_only=True)
class Constants:
    """constant: all the same value; for weights as symmetric as zeros."""

    name: Literal["constant"] = "constant"
    value: float = 0.1
    """of every entry"""

    def draw(self, rng: np.random.Generator, shape: Shape, *, fan_in: int, fan_out: int) -> Array:
        return np.full(shape, self.value)


@dataclass(frozen=True, kw_only=True)
class Normal:
    """normal: N(0, std²)."""

    name: Literal["normal"] = "normal"
    std: Annotated[float, Gt(0)] = 0.01
    """standard deviation"""

    def draw(self, rng: np.random.Generator, shape: Shape, *, fan_in: int, fan_out: int) -> Array:
        return self.std * rng.standard_normal(shape)


@dataclass(frozen=True, kw_only=True)
class TruncatedNormal:
    """truncated_normal: N(0, std²) without what lies beyond 2 std, of standard deviation 0.880 std."""

    name: Literal["truncated_normal"] = "truncated_normal"
    std: Annotated[float, Gt(0)] = 0.01
    """standard deviation before the tails are cut"""

    def draw(self, rng: np.random.Generator, shape: Shape, *, fan_in: int, fan_out: int) -> Array:
        """Draw again what lies beyond, until nothing does."""
        values = rng.standard_normal(shape)
        while (beyond := np.abs(values) > 2).any():
            values[beyond] = rng.standard_normal(int(beyond.sum()))
        return self.std * values


@dataclass(frozen=True, kw_only=True)
class Uniform:
    """uniform: U(-limit, limit), of variance limit² / 3."""

    name: Literal["uniform"] = "uniform"
    limit: Spread = 0.05
    """half the width of the interval"""

    def draw(self, rng: np.random.Generator, shape: Shape, *, fan_in: int, fan_out: int) -> Array:
        return rng.uniform(-self.limit, self.limit, shape)


@dataclass(frozen=True, kw_only=True)
class ScaledNormal:
    """N(0, gain² variance), where the layer's widths give the variance.

    glorot: 2 / (fan_in + fan_out) (Glorot and Bengio 2010, eq. 12); he: 2 / fan_in (He et al. 2015, eq. 10);
    lecun: 1 / fan_in (LeCun et al. 1998, "Efficient BackProp", eq. 16).
    """

    name: Literal["glorot_normal", "he_normal", "lecun_normal"]
    gain: Annotated[float, Gt(0)] = 1.0
    """factor on the standard deviation"""

    def draw(self, rng: np.random.Generator, shape: Shape, *, fan_in: int, fan_out: int) -> Array:
        std = self.gain * math.sqrt(_variance(self.name, fan_in, fan_out))
        return std * rng.standard_normal(shape)


@dataclass(frozen=True, kw_only=True)
class ScaledUniform:
    """U(-limit, limit) with limit = gain √(3 variance), the variance as for the normal form of the same name."""

    name: Literal["glorot_uniform", "he_uniform", "lecun_uniform"]
    gain: Spread = 1.0
    """factor on the limit"""

    def draw(self, rng: np.random.Generator, shape: Shape, *, fan_in: int, fan_out: int) -> Array:
        limit = self.gain * math.sqrt(3 * _variance(self.name, fan_in, fan_out))
        return rng.uniform(-limit, limit, shape)


@dataclass(frozen=True, kw_only=True)
class Orthogonal:
    """orthogonal: orthonormal rows or columns, whichever are fewer, times gain (Saxe, McClelland and Ganguli 2014).

    Q of the QR decomposition of a normal matrix, with the signs of R's diagonal, which makes it uniform among all.
    """

    name: Literal["orthogonal"] = "orthogonal"
    gain: Annotated[float, Gt(0)] = 1.0
    """length of the rows or columns"""

    def draw(self, rng: np.random.Generator, shape: Shape, *, fan_in: int, fan_out: int) -> Array:
        """Draw a vector as a matrix of one row."""
        rows, columns = shape if len(shape) == 2 else (1, *shape)
        normal = rng.standard_normal((max(rows, columns), min(rows, columns)))
        Q, R = np.linalg.qr(normal)
        Q *= np.where(np.diagonal(R) < 0, -1, 1)
        return self.gain * (Q if rows >= columns else Q.T).reshape(shape)


Initializer = Zeros | Constants | Normal | TruncatedNormal | Uniform | ScaledNormal | ScaledUniform | Orthogonal
"""Discriminated by `name`."""


def default_initializer(activation: Activation) -> Initializer:
    """Choose He for relu and its relatives, LeCun for selu, and Glorot for the rest.

    He makes up for the half of the outputs that are zero; LeCun is what the paper of selu asks for.
    """
    if isinstance(activation, ReLU | LeakyReLU | ELU | GELU | SiLU | Softplus):
        return ScaledNormal(name="he_normal")
    return ScaledNormal(name="lecun_normal") if isinstance(activation, SELU) else ScaledUniform(name="glorot_uniform")


def _variance(name: str, fan_in: int, fan_out: int) -> float:
    """Return the variance of the weights that the initialiser called `name` promises."""
    if name.startswith("glorot"):
        return 2 / (fan_in + fan_out)
    return (2 if name.startswith("he") else 1) / fan_in
