"""Every loss with every option: its textbook sum, its gradient, its corners, its precision."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bpcli.checks.cases import PAIRINGS, Pairing
from bpcli.nn.activations import AnyActivation, Exp, Identity, ReLU, Sigmoid, Softmax, Softplus, Tanh
from bpcli.nn.losses import (
    CrossEntropy,
    HalfSquaredError,
    Hinge,
    Huber,
    KLDivergence,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    OutputLoss,
    Poisson,
)
from tests.unions import covering

N, K = 5, 3
RNG = np.random.default_rng(0)
Z = RNG.standard_normal((N, K))
CLASSES = RNG.integers(0, K, N)
ONE_HOT = np.eye(K)[CLASSES]
VALUES = RNG.standard_normal((N, K))
COUNTS = RNG.poisson(2.0, (N, K)).astype(float)
PROBABILITIES = RNG.dirichlet(np.ones(K), N)
WEIGHTS = np.array([0.5, 2.0, 1.25])
ROWS = arrays(np.float64, (N, K), elements=st.floats(-30, 30))


def bind(loss: Loss, activation: AnyActivation, weights: np.ndarray | None = None) -> OutputLoss:
    return loss.bind(activation, weights)


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def softmax(row: np.ndarray) -> list[float]:
    return [math.exp(z) / sum(map(math.exp, row)) for z in row]


def summed(entry: object, Y: np.ndarray, T: np.ndarray) -> float:
    return sum(entry(y, t) for y, t in zip(Y.ravel(), T.ravel(), strict=True))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("loss", "entry"),
    [
        (MeanSquaredError(), lambda y, t: (y - t) ** 2 / K),
        (HalfSquaredError(), lambda y, t: (y - t) ** 2 / 2),
        (MeanAbsoluteError(), lambda y, t: abs(y - t) / K),
        (Huber(delta=0.7), lambda y, t: (e * e / 2 if (e := abs(y - t)) <= 0.7 else 0.7 * (e - 0.35)) / K),
    ],
    ids=["mse", "half", "absolute", "huber"],
)
def test_errors_are_the_textbook_sums(loss: Loss, entry: object) -> None:
    assert bind(loss, Identity()).forward(Z, VALUES) == pytest.approx(summed(entry, Z, VALUES), rel=1e-13)
    squashed = np.vectorize(sigmoid)(Z)
    assert bind(loss, Sigmoid()).forward(Z, VALUES) == pytest.approx(summed(entry, squashed, VALUES), rel=1e-13)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("weights", [None, WEIGHTS])
@pytest.mark.parametrize("targets", [CLASSES, ONE_HOT, PROBABILITIES])
def test_softmax_cross_entropy_is_minus_the_log_likelihood(
    targets: np.ndarray, weights: np.ndarray | None, smoothing: float
) -> None:
    rows = ONE_HOT if targets is CLASSES else targets
    smooth = (1 - smoothing) * rows + smoothing / K
    w = np.ones(K) if weights is None else weights
    expected = -sum(w[k] * smooth[n, k] * math.log(softmax(Z[n])[k]) for n in range(N) for k in range(K))
    bound = bind(CrossEntropy(label_smoothing=smoothing), Softmax(), weights=weights)
    assert bound.forward(Z, targets) == pytest.approx(expected, rel=1e-13)
    np.testing.assert_allclose(bound.Y, [softmax(row) for row in Z], rtol=1e-13)
    delta = (bound.Y * (smooth @ w)[:, np.newaxis] - w * smooth) / N
    np.testing.assert_allclose(bound.backward(N), delta, rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("weights", [None, WEIGHTS])
@pytest.mark.parametrize("targets", [ONE_HOT, PROBABILITIES])
def test_sigmoid_cross_entropy_has_both_terms_of_every_output(
    targets: np.ndarray, weights: np.ndarray | None, smoothing: float
) -> None:
    expected = 0.0
    for z_row, t_row in zip(Z, targets, strict=True):
        w = 1.0 if weights is None else float(t_row @ weights)
        for z, t in zip(z_row, (1 - smoothing) * t_row + smoothing / K, strict=True):
            expected -= w * (t * math.log(sigmoid(z)) + (1 - t) * math.log(1 - sigmoid(z)))
    bound = bind(CrossEntropy(label_smoothing=smoothing), Sigmoid(), weights=weights)
    assert bound.forward(Z, targets) == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(bound.Y.ravel(), [sigmoid(z) for z in Z.ravel()], rtol=1e-13)


def test_a_single_sigmoid_tells_two_classes_with_a_weight_each() -> None:
    t = np.array([[0.0], [1.0], [1.0], [0.0], [1.0]])
    bound = bind(CrossEntropy(label_smoothing=0.2), Sigmoid(), weights=np.array([0.5, 3.0]))
    expected = 0.0
    for z, target in zip(Z[:, 0], t[:, 0], strict=True):
        smooth = 0.8 * target + 0.1
        w = 3.0 if target else 0.5
        expected -= w * (smooth * math.log(sigmoid(z)) + (1 - smooth) * math.log(1 - sigmoid(z)))
    assert bound.forward(Z[:, :1], t) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("targets", [ONE_HOT, PROBABILITIES])
def test_kl_divergence_is_the_sum_of_log_ratios(targets: np.ndarray) -> None:
    expected = 0.0
    for n in range(N):
        expected += sum(t * math.log(t / p) for t, p in zip(targets[n], softmax(Z[n]), strict=True) if t > 0)
    bound = bind(KLDivergence(), Softmax())
    assert bound.forward(Z, targets) == pytest.approx(expected, rel=1e-12)
    other = bind(CrossEntropy(), Softmax())
    other.forward(Z, targets)
    np.testing.assert_array_equal(bound.backward(N), other.backward(N))


@pytest.mark.parametrize("weights", [None, WEIGHTS])
@pytest.mark.parametrize("targets", [CLASSES, ONE_HOT])
def test_hinge_counts_what_is_within_the_margin(targets: np.ndarray, weights: np.ndarray | None) -> None:
    w = np.ones(K) if weights is None else weights
    expected = 0.0
    for n, true in enumerate(CLASSES):
        excess = [max(0.0, 0.8 - Z[n, true] + Z[n, j]) for j in range(K) if j != true]
        expected += w[true] * sum(excess) / K
    assert bind(Hinge(margin=0.8), Identity(), weights=weights).forward(Z, targets) == pytest.approx(expected)


@pytest.mark.parametrize("activation", [Exp(), Softplus()], ids=str)
def test_poisson_is_the_negative_log_likelihood_without_the_factorial(activation: Exp | Softplus) -> None:
    rate = math.exp if isinstance(activation, Exp) else lambda z: math.log1p(math.exp(z))
    expected = sum((rate(z) - t * math.log(rate(z))) / K for z, t in zip(Z.ravel(), COUNTS.ravel(), strict=True))
    bound = bind(Poisson(), activation)
    assert bound.forward(Z, COUNTS) == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(bound.Y.ravel(), [rate(z) for z in Z.ravel()], rtol=1e-13)


TARGETS = {
    "values": VALUES,
    "one-hot": ONE_HOT,
    "classes": CLASSES,
    "probabilities": PROBABILITIES,
    "counts": COUNTS,
    "0/1": np.array([[0.0], [1.0], [1.0], [0.0], [1.0]]),
}
every_pairing = pytest.mark.parametrize(
    "pairing", PAIRINGS, ids=lambda p: f"{p.loss}-{p.output.name}-{p.targets}-{p.class_weights}"
)


def bound_of(pairing: Pairing, dtype: type = np.float64) -> tuple[OutputLoss, np.ndarray, np.ndarray]:
    """The bound loss of a pairing, raw outputs and targets."""
    weights = None if pairing.class_weights is None else np.array(pairing.class_weights)
    T = TARGETS[pairing.targets]
    raw = Z[:, : pairing.outputs].astype(dtype)
    return bind(pairing.loss, pairing.output, weights), raw, T if T.dtype.kind == "i" else T.astype(dtype)


def test_every_loss_is_in_a_pairing() -> None:
    covering(Loss, (pairing.loss for pairing in PAIRINGS))


@every_pairing
def test_the_sum_over_a_batch_is_the_sum_over_its_examples(pairing: Pairing) -> None:
    bound, z, t = bound_of(pairing)
    assert bound.forward(z, t) == pytest.approx(
        sum(bound.forward(z[n : n + 1], t[n : n + 1]) for n in range(N)), rel=1e-12
    )


@every_pairing
def test_the_gradient_is_numerical(pairing: Pairing) -> None:
    bound, z, t = bound_of(pairing)
    bound.forward(z, t)
    dZ, h = bound.backward(N).copy(), 1e-6
    for place in np.ndindex(*z.shape):
        ends, moved = [], z.copy()
        for sign in (1, -1):
            moved[place] = z[place] + sign * h
            ends.append(bound.forward(moved, t) / N)
        assert dZ[place] == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-5, abs=1e-8)


@every_pairing
def test_the_gradient_is_that_of_the_sum_divided_by_the_count(pairing: Pairing) -> None:
    bound, z, t = bound_of(pairing)
    bound.forward(z, t)
    np.testing.assert_allclose(bound.backward(1), 4 * bound.backward(4), rtol=1e-13)


@every_pairing
def test_a_short_batch_after_a_full_one_is_not_disturbed(pairing: Pairing) -> None:
    (used, z, t), (fresh, *_) = bound_of(pairing), bound_of(pairing)
    used.forward(z, t)
    used.backward(N)
    assert used.forward(z[:2], t[:2]) == fresh.forward(z[:2], t[:2])
    np.testing.assert_array_equal(used.backward(2), fresh.backward(2))


@every_pairing
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_precision_stays_and_so_do_the_inputs(pairing: Pairing, dtype: type) -> None:
    bound, z, t = bound_of(pairing, dtype)
    given_z, given_t = z.copy(), t.copy()
    assert type(bound.forward(z, t)) is float
    Y = bound.Y.copy()
    dZ = bound.backward(N)
    assert bound.Y.dtype == dZ.dtype == dtype
    assert bound.Y.shape == dZ.shape == z.shape
    for kept, as_given in ((z, given_z), (t, given_t), (bound.Y, Y)):
        np.testing.assert_array_equal(kept, as_given)
    assert not np.shares_memory(dZ, bound.Y)


@every_pairing
def test_float32_is_near_float64(pairing: Pairing) -> None:
    (bound, z, t), (exact, *wide) = bound_of(pairing, np.float32), bound_of(pairing)
    assert bound.forward(z, t) == pytest.approx(exact.forward(*wide), rel=1e-5)
    np.testing.assert_allclose(bound.backward(N), exact.backward(N), rtol=1e-4, atol=1e-6)


@every_pairing
def test_frozen_on_its_branches_it_is_the_same_here(pairing: Pairing) -> None:
    bound, z, t = bound_of(pairing)
    loss = bound.forward(z, t)
    assert bound.freeze_branches().forward(z, t) == pytest.approx(loss, rel=1e-13)


@every_pairing
def test_only_smooth_losses_of_smooth_outputs_have_no_branches(pairing: Pairing) -> None:
    bound, z, t = bound_of(pairing)
    bound.forward(z, t)
    found = bound.branches()
    has_corners = isinstance(pairing.loss, MeanAbsoluteError | Huber | Hinge)
    assert len(found) == has_corners + bool(pairing.output.kinks)
    assert all(branches.shape == z.shape for branches in found)


@pytest.mark.parametrize(
    ("loss", "start", "moved", "target", "frozen"),
    [
        (MeanAbsoluteError(), [1.0], [-2.0], [0.0], -2),
        (Huber(delta=1.0), [0.5], [3.0], [0.0], 4.5),
        (Huber(delta=1.0), [2.0], [-3.0], [0.0], -3.5),
        (Huber(delta=1.0), [-2.0], [3.0], [0.0], -3.5),
        (Hinge(), [0.0, -3.0], [0.0, 3.0], 0, 0),
        (Hinge(), [0.0, 3.0], [0.0, -3.0], 0, -1),
    ],
    ids=str,
)
def test_beyond_a_corner_what_is_frozen_goes_straight_on(
    loss: Loss, start: list[float], moved: list[float], target: object, frozen: float
) -> None:
    bound, t = bind(loss, Identity()), np.array([target])
    bound.forward(np.array([start]), t)
    assert bound.freeze_branches().forward(np.array([moved]), t) == frozen


def test_a_frozen_output_goes_straight_on_too() -> None:
    bound = bind(MeanSquaredError(), ReLU())
    bound.forward(np.array([[1.0]]), np.array([[0.0]]))
    assert bound.freeze_branches().forward(np.array([[-2.0]]), np.array([[0.0]])) == 4


@pytest.mark.parametrize("loss", [MeanAbsoluteError(), Huber()], ids=str)
def test_a_frozen_loss_is_for_values_only(loss: Loss) -> None:
    bound = bind(loss, Identity())
    bound.forward(Z, VALUES)
    frozen = bound.freeze_branches()
    frozen.forward(Z, VALUES)
    with pytest.raises(NotImplementedError, match="for values, not for gradients"):
        frozen.backward(N)


@given(z=ROWS)
def test_errors_are_smallest_at_the_target(z: np.ndarray) -> None:
    for loss in (MeanSquaredError(), HalfSquaredError(), MeanAbsoluteError(), Huber(delta=0.5)):
        bound = bind(loss, Identity())
        assert bound.forward(z, VALUES) >= bound.forward(VALUES, VALUES) == 0
        np.testing.assert_array_equal(bound.backward(N), np.zeros((N, K)))


@given(z=ROWS)
def test_likelihoods_are_greatest_where_the_outputs_are_the_targets(z: np.ndarray) -> None:
    best = {
        (CrossEntropy(), Softmax()): (np.log(PROBABILITIES), PROBABILITIES),
        (CrossEntropy(), Sigmoid()): (np.log(PROBABILITIES / (1 - PROBABILITIES)), PROBABILITIES),
        (KLDivergence(), Softmax()): (np.log(PROBABILITIES), PROBABILITIES),
        (Poisson(), Exp()): (np.log(COUNTS + 0.5), COUNTS + 0.5),
    }
    for (loss, activation), (logits, targets) in best.items():
        bound = bind(loss, activation)
        smallest = bound.forward(logits, targets)
        np.testing.assert_allclose(bound.backward(N), 0, atol=1e-14)
        assert bound.forward(z, targets) >= smallest - 1e-11
    assert bind(KLDivergence(), Softmax()).forward(np.log(PROBABILITIES), PROBABILITIES) == pytest.approx(0, abs=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_cross_entropies_are_exact_at_raw_outputs_of_ten_thousand(dtype: type) -> None:
    z = np.array([[1e4, -1e4, 0.0]], dtype)
    bound = bind(CrossEntropy(), Softmax())
    assert [bound.forward(z, np.array([k])) for k in range(3)] == [0.0, 2e4, 1e4]
    np.testing.assert_array_equal(bound.backward(1), [[1, 0, -1]])
    bound = bind(CrossEntropy(), Sigmoid())
    assert bound.forward(z, np.array([[1, 0, 1]], dtype)) == pytest.approx(math.log(2), rel=1e-6)
    assert bound.forward(z, np.array([[0, 1, 1]], dtype)) == pytest.approx(2e4 + math.log(2), rel=1e-6)
    np.testing.assert_array_equal(bound.backward(1), [[1, -1, -0.5]])


@every_pairing
@given(signs=arrays(np.int8, (N, K), elements=st.sampled_from([-1, 0, 1])))
def test_raw_outputs_of_1e30_give_no_nan(pairing: Pairing, signs: np.ndarray) -> None:
    bound, z, t = bound_of(pairing)
    grows = pairing.output.name == "exponential"  # an error of e^z is no number that means anything
    z = signs[:, : pairing.outputs] * (1e2 if grows else 1e30)
    assert math.isfinite(bound.forward(z, t))
    assert np.isfinite(bound.backward(N)).all()


@pytest.mark.parametrize(("loss", "allowed"), [(CrossEntropy(), "softmax or sigmoid"), (KLDivergence(), "softmax")])
def test_some_losses_take_probabilities_only(loss: Loss, allowed: str) -> None:
    with pytest.raises(ValueError, match=f"{loss.name} takes {allowed} outputs, not Tanh"):
        bind(loss, Tanh())


@pytest.mark.parametrize("classes", [3, 200])
def test_many_classes_are_learned_as_few_are(classes: int) -> None:
    bound, rng = bind(CrossEntropy(), Softmax()), np.random.default_rng(0)
    for _ in range(2):
        z, t = rng.standard_normal((N, classes)), rng.integers(0, classes, N)
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        assert bound.forward(z, t) == pytest.approx(-np.log(p[np.arange(N), t]).sum(), rel=1e-12)
        np.testing.assert_allclose(bound.backward(N), (p - np.eye(classes)[t]) / N, rtol=1e-12, atol=1e-15)
