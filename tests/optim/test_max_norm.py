import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bpcli.optim.clipping import MaxNorm

WEIGHTS = arrays(np.float64, (3, 4), elements=st.floats(-10, 10))

TINY = np.finfo(np.float64).tiny
"""below it numbers have fewer digits"""


@given(WEIGHTS, st.floats(0.1, 10))
def test_no_units_weights_are_longer_than_the_limit_and_shorter_ones_stay(W: np.ndarray, limit: float) -> None:
    before = W.copy()
    MaxNorm(((W, limit),)).apply()
    lengths = np.linalg.norm(before, axis=0)
    assert (np.linalg.norm(W, axis=0) <= limit * (1 + 1e-12)).all()
    np.testing.assert_array_equal(W[:, lengths <= limit], before[:, lengths <= limit])
    for j in np.flatnonzero(lengths > limit):
        np.testing.assert_allclose(W[:, j], before[:, j] * limit / lengths[j], rtol=1e-12, atol=TINY)


def test_float32_stays_float32() -> None:
    W = np.full((3, 4), 5, np.float32)
    MaxNorm(((W, 1.0),)).apply()
    np.testing.assert_allclose(W, 1 / np.sqrt(3), rtol=1e-6)
