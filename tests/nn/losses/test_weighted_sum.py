from __future__ import annotations

import numpy as np
import pytest

from bpcli.nn.activations import Identity, Sigmoid, Softmax
from bpcli.nn.losses import CrossEntropy, MeanAbsoluteError, MeanSquaredError
from bpcli.nn.losses.weighted_sum import BoundPart, WeightedOutputLoss

N = 5
RNG = np.random.default_rng(0)
Z = RNG.standard_normal((N, 6))
CLASSES, BINARY, NUMBERS = RNG.integers(0, 3, N), RNG.integers(0, 2, N), RNG.standard_normal((N, 2))
T = np.column_stack([NUMBERS[:, 0], CLASSES, BINARY, NUMBERS[:, 1]]).astype(float)


def bound_sum() -> WeightedOutputLoss:
    """Three classes by a softmax, a yes or no by a sigmoid, two numbers, out of six outputs and four target columns."""
    return WeightedOutputLoss(
        [
            BoundPart("kind", CrossEntropy().bind(Softmax()), 1.0, slice(0, 3), (1,), "index"),
            BoundPart("yes", CrossEntropy().bind(Sigmoid()), 0.5, slice(3, 4), (2,), "binary"),
            BoundPart("size", MeanSquaredError().bind(Identity()), 2.0, slice(4, 6), (0, 3), "value"),
        ]
    )


def test_it_is_the_weighted_sum_of_its_parts_each_kept_apart() -> None:
    bound = bound_sum()
    total = bound.forward(Z, T)
    log_p = Z[:, :3] - np.log(np.exp(Z[:, :3]).sum(axis=1, keepdims=True))
    kind = -log_p[np.arange(N), CLASSES].sum()
    p = 1 / (1 + np.exp(-Z[:, 3]))
    yes = -(BINARY * np.log(p) + (1 - BINARY) * np.log(1 - p)).sum()
    size = ((Z[:, 4:] - NUMBERS) ** 2).mean(axis=1).sum()
    assert bound.part_losses == {"kind": pytest.approx(kind), "yes": pytest.approx(yes), "size": pytest.approx(size)}
    assert total == pytest.approx(kind + 0.5 * yes + 2 * size, rel=1e-13)
    np.testing.assert_allclose(bound.Y, np.column_stack([np.exp(log_p), p, Z[:, 4:]]), rtol=1e-13)


def test_its_gradient_is_numerical() -> None:
    bound, z, h = bound_sum(), Z.copy(), 1e-6
    bound.forward(z, T)
    dZ = bound.backward(N)
    for place in np.ndindex(*z.shape):
        ends = []
        for sign in (1, -1):
            z[place] = Z[place] + sign * h
            ends.append(bound.forward(z, T) / N)
        z[place] = Z[place]
        assert dZ[place] == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-6, abs=1e-9)


def test_a_short_batch_after_a_full_one_is_not_disturbed() -> None:
    used, fresh = bound_sum(), bound_sum()
    used.forward(Z, T)
    used.backward(N)
    assert used.forward(Z[:2], T[:2]) == fresh.forward(Z[:2], T[:2])
    np.testing.assert_array_equal(used.backward(2), fresh.backward(2))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_precision_stays_and_so_do_the_inputs(dtype: type) -> None:
    bound, z, t = bound_sum(), Z.astype(dtype), T.astype(dtype)
    assert bound.forward(z, t) == pytest.approx(bound_sum().forward(Z, T), rel=1e-5)
    assert bound.Y.dtype == bound.backward(N).dtype == dtype
    np.testing.assert_array_equal(z, Z.astype(dtype))
    np.testing.assert_array_equal(t, T.astype(dtype))


def test_branches_of_its_parts_are_its_own() -> None:
    parts = [
        BoundPart("a", MeanAbsoluteError().bind(Identity()), 1.0, slice(0, 1), (0,), "value"),
        BoundPart("b", MeanSquaredError().bind(Identity()), 1.0, slice(1, 2), (3,), "value"),
    ]
    bound = WeightedOutputLoss(parts)
    loss = bound.forward(Z[:, :2], T)
    (signs,) = bound.branches()
    np.testing.assert_array_equal(signs, np.sign(Z[:, :1] - T[:, :1]))
    frozen = bound.freeze_branches()
    assert frozen.forward(Z[:, :2], T) == pytest.approx(loss, rel=1e-13)
    moved = Z[:, :2] - [10, 0] * np.sign(Z[:, :2] - T[:, [0, 3]])
    assert frozen.forward(moved, T) == pytest.approx(loss - 10 * N, rel=1e-13)
