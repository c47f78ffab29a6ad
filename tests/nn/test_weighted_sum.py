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


def make_head(dtype: type = np.float64) -> WeightedOutputLoss:
    """Three classes by a softmax, a yes or no by a sigmoid, two numbers, out of six outputs and four target columns."""
    options = {"capacity": 8, "dtype": dtype}
    parts = [
        BoundPart("kind", CrossEntropy().head(Softmax(), width=3, **options), 1.0, slice(0, 3), (1,), "index"),
        BoundPart("yes", CrossEntropy().head(Sigmoid(), width=1, **options), 0.5, slice(3, 4), (2,), "binary"),
        BoundPart("size", MeanSquaredError().head(Identity(), width=2, **options), 2.0, slice(4, 6), (0, 3), "value"),
    ]
    return WeightedOutputLoss(parts, capacity=8, width=6, dtype=dtype)


def test_it_is_the_weighted_sum_of_its_parts_each_kept_apart() -> None:
    head = make_head()
    total = head.forward(Z, T)
    log_p = Z[:, :3] - np.log(np.exp(Z[:, :3]).sum(axis=1, keepdims=True))
    kind = -log_p[np.arange(N), CLASSES].sum()
    p = 1 / (1 + np.exp(-Z[:, 3]))
    yes = -(BINARY * np.log(p) + (1 - BINARY) * np.log(1 - p)).sum()
    size = ((Z[:, 4:] - NUMBERS) ** 2).mean(axis=1).sum()
    assert head.part_losses == {"kind": pytest.approx(kind), "yes": pytest.approx(yes), "size": pytest.approx(size)}
    assert total == pytest.approx(kind + 0.5 * yes + 2 * size, rel=1e-13)
    np.testing.assert_allclose(head.Y, np.column_stack([np.exp(log_p), p, Z[:, 4:]]), rtol=1e-13)


def test_its_gradient_is_numerical() -> None:
    head, z, h = make_head(), Z.copy(), 1e-6
    head.forward(z, T)
    dZ = head.backward(N).copy()
    for place in np.ndindex(*z.shape):
        ends = []
        for sign in (1, -1):
            z[place] = Z[place] + sign * h
            ends.append(head.forward(z, T) / N)
        z[place] = Z[place]
        assert dZ[place] == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-6, abs=1e-9)


def test_a_short_batch_after_a_full_one_is_not_disturbed() -> None:
    used, fresh = make_head(), make_head()
    used.forward(Z, T)
    used.backward(N)
    assert used.forward(Z[:2], T[:2]) == fresh.forward(Z[:2], T[:2])
    np.testing.assert_array_equal(used.backward(2), fresh.backward(2))


def test_float32_stays_float32() -> None:
    head = make_head(np.float32)
    assert head.forward(Z.astype(np.float32), T.astype(np.float32)) == pytest.approx(
        make_head().forward(Z, T), rel=1e-5
    )
    assert head.Y.dtype == head.backward(N).dtype == np.float32


def test_corners_of_its_parts_are_its_own() -> None:
    parts = [
        BoundPart(
            "a",
            MeanAbsoluteError().head(Identity(), capacity=8, width=1, dtype=np.float64),
            1.0,
            slice(0, 1),
            (0,),
            "value",
        ),
        BoundPart(
            "b",
            MeanSquaredError().head(Identity(), capacity=8, width=1, dtype=np.float64),
            1.0,
            slice(1, 2),
            (3,),
            "value",
        ),
    ]
    head = WeightedOutputLoss(parts, capacity=8, width=2, dtype=np.float64)
    loss = head.forward(Z[:, :2], T)
    (sides,) = head.sides()
    np.testing.assert_array_equal(sides, np.sign(Z[:, :1] - T[:, :1]))
    assert head.hold().forward(Z[:, :2], T) == pytest.approx(loss, rel=1e-13)
