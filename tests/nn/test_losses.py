import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bpcli.nn.losses import CrossEntropy, HalfSquaredError, Head, Loss, MeanSquaredError

N, K = 4, 3
Z = np.random.default_rng(0).standard_normal((N, K)) * 2
VALUES = np.random.default_rng(1).standard_normal((N, K))
CLASSES = np.array([0, 2, 1, 2])
ONE_HOT = np.eye(K)[CLASSES]
PROBABILITIES = np.random.default_rng(2).dirichlet(np.ones(K), N)
ROWS = arrays(np.float64, (N, K), elements=st.floats(-30, 30))


def make_head(loss: Loss, activation: str, *, width: int = K, dtype: type = np.float64) -> Head:
    return loss.head(activation, capacity=N + 2, width=width, dtype=dtype)  # type: ignore[arg-type]


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def softmax(row: np.ndarray) -> list[float]:
    return [math.exp(z) / sum(map(math.exp, row)) for z in row]


@pytest.mark.parametrize(("loss", "scale"), [(MeanSquaredError(), 1 / K), (HalfSquaredError(), 1 / 2)])
def test_squared_errors_are_the_textbook_sums(loss: Loss, scale: float) -> None:
    expected = sum(scale * (sigmoid(Z[n, k]) - VALUES[n, k]) ** 2 for n in range(N) for k in range(K))
    assert make_head(loss, "sigmoid").forward(Z, VALUES) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("targets", [CLASSES, ONE_HOT, PROBABILITIES])
def test_softmax_cross_entropy_is_minus_the_log_likelihood(targets: np.ndarray) -> None:
    rows = ONE_HOT if targets is CLASSES else targets
    expected = -sum(rows[n, k] * math.log(softmax(Z[n])[k]) for n in range(N) for k in range(K))
    head = make_head(CrossEntropy(), "softmax")
    assert head.forward(Z, targets) == pytest.approx(expected, rel=1e-13)
    np.testing.assert_allclose(head.Y, [softmax(row) for row in Z], rtol=1e-13)
    delta = (head.Y - rows) / N
    np.testing.assert_allclose(head.backward(N), delta, rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("targets", [ONE_HOT, PROBABILITIES])
def test_sigmoid_cross_entropy_has_both_terms_of_every_output(targets: np.ndarray) -> None:
    expected = 0.0
    for z, t in zip(Z.ravel(), targets.ravel(), strict=True):
        expected -= t * math.log(sigmoid(z)) + (1 - t) * math.log(1 - sigmoid(z))
    head = make_head(CrossEntropy(), "sigmoid")
    assert head.forward(Z, targets) == pytest.approx(expected, rel=1e-13)
    np.testing.assert_allclose(head.Y.ravel(), [sigmoid(z) for z in Z.ravel()], rtol=1e-13)
    delta = (head.Y - targets) / N
    np.testing.assert_allclose(head.backward(N), delta, rtol=1e-12, atol=1e-16)


PAIRS: list[tuple[Loss, str, np.ndarray]] = [
    (MeanSquaredError(), "identity", VALUES),
    (HalfSquaredError(), "tanh", VALUES),
    (MeanSquaredError(), "softmax", ONE_HOT),
    (CrossEntropy(), "softmax", CLASSES),
    (CrossEntropy(), "softmax", PROBABILITIES),
    (CrossEntropy(), "sigmoid", ONE_HOT),
]


@pytest.mark.parametrize(("loss", "activation", "targets"), PAIRS)
def test_the_sum_over_a_batch_is_the_sum_over_its_examples(loss: Loss, activation: str, targets: np.ndarray) -> None:
    head = make_head(loss, activation)
    one_by_one = sum(head.forward(Z[n : n + 1], targets[n : n + 1]) for n in range(N))
    assert head.forward(Z, targets) == pytest.approx(one_by_one, rel=1e-13)


@pytest.mark.parametrize(("loss", "activation", "targets"), PAIRS)
def test_a_short_batch_after_a_full_one_is_not_disturbed(loss: Loss, activation: str, targets: np.ndarray) -> None:
    head, fresh = make_head(loss, activation), make_head(loss, activation)
    head.forward(Z, targets)
    head.backward(N)
    assert head.forward(Z[:2], targets[:2]) == fresh.forward(Z[:2], targets[:2])
    np.testing.assert_array_equal(head.backward(2), fresh.backward(2))


@pytest.mark.parametrize(("loss", "activation", "targets"), PAIRS)
def test_the_inputs_are_left_alone(loss: Loss, activation: str, targets: np.ndarray) -> None:
    z, t, head = Z.copy(), targets.copy(), make_head(loss, activation)
    head.forward(z, t)
    head.backward(N)
    np.testing.assert_array_equal(z, Z)
    np.testing.assert_array_equal(t, targets)


@pytest.mark.parametrize(("loss", "activation", "targets"), PAIRS)
def test_float32_stays_float32_and_near_float64(loss: Loss, activation: str, targets: np.ndarray) -> None:
    narrow = targets if targets.dtype.kind == "i" else targets.astype(np.float32)
    head, exact = make_head(loss, activation, dtype=np.float32), make_head(loss, activation)
    assert head.forward(Z.astype(np.float32), narrow) == pytest.approx(exact.forward(Z, targets), rel=1e-5)
    dZ = head.backward(N)
    assert dZ.dtype == np.float32
    np.testing.assert_allclose(dZ, exact.backward(N), rtol=1e-4, atol=1e-6)


@given(z=ROWS)
def test_squared_errors_are_smallest_at_the_target(z: np.ndarray) -> None:
    for loss in (MeanSquaredError(), HalfSquaredError()):
        head = make_head(loss, "identity")
        assert head.forward(z, VALUES) >= head.forward(VALUES, VALUES) == 0
        np.testing.assert_array_equal(head.backward(N), np.zeros((N, K)))


@given(z=ROWS)
def test_cross_entropies_are_smallest_where_the_outputs_are_the_targets(z: np.ndarray) -> None:
    logits = {"softmax": np.log(PROBABILITIES), "sigmoid": np.log(PROBABILITIES / (1 - PROBABILITIES))}
    for activation, best in logits.items():
        head = make_head(CrossEntropy(), activation)
        smallest = head.forward(best, PROBABILITIES)
        np.testing.assert_allclose(head.backward(N), 0, atol=1e-15)
        assert head.forward(z, PROBABILITIES) >= smallest - 1e-12


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_cross_entropies_are_exact_at_raw_outputs_of_ten_thousand(dtype: type) -> None:
    z = np.array([[1e4, -1e4, 0.0]], dtype)
    head = make_head(CrossEntropy(), "softmax", dtype=dtype)
    assert [head.forward(z, np.array([k])) for k in range(3)] == [0.0, 2e4, 1e4]
    np.testing.assert_array_equal(head.backward(1), [[1, 0, -1]])
    head = make_head(CrossEntropy(), "sigmoid", dtype=dtype)
    assert head.forward(z, np.array([[1, 0, 1]], dtype)) == pytest.approx(math.log(2), rel=1e-6)
    assert head.forward(z, np.array([[0, 1, 1]], dtype)) == pytest.approx(2e4 + math.log(2), rel=1e-6)
    np.testing.assert_array_equal(head.backward(1), [[1, -1, -0.5]])


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
@given(signs=arrays(np.int8, (N, K), elements=st.sampled_from([-1, 0, 1])))
def test_raw_outputs_of_1e30_give_no_nan(activation: str, signs: np.ndarray) -> None:
    head = make_head(CrossEntropy(), activation)
    assert math.isfinite(head.forward(signs * 1e30, ONE_HOT))
    assert np.isfinite(head.backward(N)).all()


def test_cross_entropy_takes_probabilities_only() -> None:
    with pytest.raises(ValueError, match="cross_entropy takes softmax or sigmoid outputs, not tanh"):
        make_head(CrossEntropy(), "tanh")
