"""The error function, which NumPy does not have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bpcli.nn.arrays import Array

# The coefficients of Cody 1969, "Rational Chebyshev approximations for the error function", each pair numerator and
# denominator with the highest power first: erf on |x| <= 0.46875 in x², erfc · e^(x²) on [0.46875, 4] in x.
_NEAR = (
    (1.85777706184603153e-1, 3.16112374387056560, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3),
)
_MIDDLE = (
    (
        2.15311535474403846e-8,
        5.64188496988670089e-1,
        8.88314979438837594,
        6.61191906371416295e1,
        2.98635138197400131e2,
        8.81952221241769090e2,
        1.71204761263407058e3,
        2.05107837782607147e3,
        1.23033935479799725e3,
    ),
    (
        1.0,
        1.57449261107098347e1,
        1.17693950891312499e2,
        5.37181101862009858e2,
        1.62138957456669019e3,
        3.29079923573345963e3,
        4.36261909014324716e3,
        3.43936767414372164e3,
        1.23033935480374942e3,
    ),
)
_NEAR_END = 0.46875
_FAR = 5.93
"""erf is 1 in float64 from here on"""


def erf(x: Array) -> Array:
    """Compute erf(x) = 2/√π ∫_0^x e^(-t²) dt as a new array, right to a few units in the last place of its type."""
    size = np.minimum(np.abs(x), _FAR)
    square = np.minimum(size, _NEAR_END) ** 2
    near = x * (_horner(_NEAR[0], square) / _horner(_NEAR[1], square))
    middle = np.maximum(size, _NEAR_END)
    far = 1 - np.exp(-middle * middle) * (_horner(_MIDDLE[0], middle) / _horner(_MIDDLE[1], middle))
    return np.asarray(np.where(size <= _NEAR_END, near, np.copysign(far, x)))


def _horner(coefficients: Sequence[float], x: Array) -> Array:
    """Compute the polynomial with these coefficients, the highest power first."""
    value = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        value *= x
        value += coefficient
    return value
