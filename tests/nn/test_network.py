import math

import numpy as np
import pytest

from bpcli.nn.activations import GELU, Identity, ReLU, Sigmoid, Softmax, Tanh
from bpcli.nn.arrays import Array
from bpcli.nn.layers import BatchNorm
from bpcli.nn.layers import Dense
from bpcli.nn.initializers import Normal, Uniform, Zeros
from bpcli.nn.layers import LayerNorm
from bpcli.nn.losses import HalfSquaredError
from bpcli.nn.network import Network
from bpcli.optim.sgd import SGD
from bpcli.training.objective import Objective
from tests.marks import needs_gemm


def make_network(*specs: Dense, features: int = 2, dtype: type = np.float64, capacity: int = 8) -> Network:
    return Network(specs, features=features, dtype=dtype, seed=0, capacity=capacity)


def test_mazurs_worked_step() -> None:
    """A step-by-step back-propagation example (Mazur 2015), its numbers recomputed in float64."""
    network = make_network(Dense(units=2, activation=Sigmoid()), Dense(units=2, activation=Sigmoid()))
    head = HalfSquaredError().head(Sigmoid(), capacity=8, width=2, dtype=np.float64)
    objective = Objective(network, head)
    hidden, output = network.layers["layers.0.activation"], network.layers["layers.1"]
    start = {
        "layers.0.W": [[0.15, 0.25], [0.20, 0.30]],
        "layers.1.W": [[0.40, 0.50], [0.45, 0.55]],
        "layers.0.b": [0.35, 0.35],
        "layers.1.b": [0.60, 0.60],
    }
    for name, values in start.items():
        network.parameters.views[name][...] = values
    X, T = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])

    def close(actual: object, expected: object) -> None:
        np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-12)

    close(objective.forward(X, T), 0.2983711087600027)
    close(hidden.A, [[0.5932699921071872, 0.596884378259767]])
    close(output.forward(hidden.A, 0), [[1.10590596705977, 1.2249214040964653]])
    close(head.Y, [[0.7513650695523157, 0.7729284653214625]])
    objective.backward(1)
    gradients = {
        "layers.0.W": [[0.00043856773447435, 0.00049771273526086], [0.00087713546894869, 0.00099542547052172]],
        "layers.1.W": [[0.08216704056423077, -0.02260254047747507], [0.08266762784753325, -0.02274024221597822]],
        "layers.0.b": [0.00877135468948693, 0.0099542547052172],
        "layers.1.b": [0.13849856162855695, -0.03809823651655624],
    }
    for name, gradient in gradients.items():
        close(network.parameters.grads[name], gradient)
    network.parameters.grad *= SGD().scale(0.5)
    SGD().update({}, network.parameters, learning_rate=0.5, step=0, revalue=float)
    for name, values in start.items():
        close(network.parameters.views[name], np.array(values) - 0.5 * np.array(gradients[name]))


def test_forward_and_backward_are_the_loops_of_the_textbook() -> None:
    network = make_network(Dense(units=3, activation=Tanh()), Dense(units=2, activation=Identity()))
    rng = np.random.default_rng(0)
    network.parameters.theta[...] = rng.standard_normal(len(network.parameters))
    X, dZ = rng.standard_normal((4, 2)), rng.standard_normal((4, 2))
    W0, W1, b0, b1 = (view.copy() for view in network.parameters.views.values())
    Z = network.forward(X)
    grads = {name: np.zeros_like(view) for name, view in network.parameters.views.items()}
    for n in range(4):
        a = [math.tanh(sum(X[n, i] * W0[i, j] for i in range(2)) + b0[j]) for j in range(3)]
        for k in range(2):
            assert Z[n, k] == pytest.approx(sum(a[j] * W1[j, k] for j in range(3)) + b1[k], rel=1e-13)
            grads["layers.1.b"][k] += dZ[n, k]
            for j in range(3):
                grads["layers.1.W"][j, k] += a[j] * dZ[n, k]
        for j in range(3):
            delta = (1 - a[j] ** 2) * sum(W1[j, k] * dZ[n, k] for k in range(2))
            grads["layers.0.b"][j] += delta
            for i in range(2):
                grads["layers.0.W"][i, j] += X[n, i] * delta
    network.backward(dZ)
    for name, expected in grads.items():
        np.testing.assert_allclose(network.parameters.grads[name], expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("first", [5, 40, 256])
@pytest.mark.parametrize("second", [5, 40, 256])
@pytest.mark.parametrize("last", [3, 40, 256])
def test_in_whatever_order_a_layer_lies_in_memory_the_formulas_are_the_same(first: int, second: int, last: int) -> None:
    network = make_network(
        Dense(units=first, activation=Tanh()),
        Dense(units=second, activation=ReLU()),
        Dense(units=last, activation=Identity()),
        features=7,
    )
    rng = np.random.default_rng(0)
    network.parameters.theta[...] = rng.standard_normal(len(network.parameters))
    W0, W1, W2, b0, b1, b2 = (np.ascontiguousarray(view) for view in network.parameters.views.values())
    for count in (8, 3, 8):
        X, dZ = rng.standard_normal((count, 7)), rng.standard_normal((count, last))
        A0 = np.tanh(X @ W0 + b0)
        A1 = np.maximum(A0 @ W1 + b1, 0)
        dZ1 = (dZ @ W2.T) * (A1 > 0)
        dZ0 = (dZ1 @ W1.T) * (1 - A0**2)
        expected = [X.T @ dZ0, A0.T @ dZ1, A1.T @ dZ, *(delta.sum(axis=0) for delta in (dZ0, dZ1, dZ))]
        np.testing.assert_allclose(network.forward(X), A1 @ W2 + b2, rtol=1e-11, atol=1e-9)
        network.backward(dZ.copy())
        for grad, matrix in zip(network.parameters.grads.values(), expected, strict=True):
            np.testing.assert_allclose(grad, matrix, rtol=1e-11, atol=1e-9)


@pytest.mark.parametrize("units", [40, 256])
def test_each_gradient_is_the_slope_along_any_direction(units: int) -> None:
    """With everything a hidden layer may have, in the order in memory of its width."""
    network = make_network(
        Dense(units=units, activation=GELU(), normalization=BatchNorm(), dropout=0.2),
        Dense(units=units, activation=Tanh(), normalization=LayerNorm(), dropout=0.2),
        Dense(units=3, activation=Identity()),
        features=7,
    )
    rng, parameters = np.random.default_rng(0), network.parameters
    X, dZ = rng.standard_normal((8, 7)), rng.standard_normal((8, 3))

    def along(view: Array, direction: Array, length: float) -> float:
        kept = view.copy()
        view += length * direction
        value = float(np.sum(network.forward(X, 0) * dZ))
        view[...] = kept
        return value

    network.forward(X, 0)
    network.backward(dZ.copy())
    for name, view in parameters.views.items():
        direction = rng.standard_normal(view.shape)
        slope = (along(view, direction, 1e-6) - along(view, direction, -1e-6)) / 2e-6
        assert np.sum(parameters.grads[name] * direction) == pytest.approx(slope, rel=1e-6, abs=1e-6), name


def test_all_of_a_wide_hidden_layer_lies_column_by_column() -> None:
    """What does not would be turned round in every product, or at every pass over it."""
    network = make_network(
        Dense(units=300, activation=GELU(), normalization=BatchNorm(), dropout=0.2),
        Dense(units=40, activation=GELU(), normalization=LayerNorm(), dropout=0.2),
        Dense(units=300, activation=GELU(), normalization=LayerNorm(), dropout=0.2),
        Dense(units=20, activation=GELU(), dropout=0.2),
        Dense(units=300, activation=Softmax()),
        features=7,
    )
    assert [name for name, view in network.parameters.views.items() if view.ndim == 2 and view.flags.f_contiguous] == [
        "layers.0.W",
        "layers.2.W",
        "layers.3.W",  # narrow
    ]
    X, orders = np.ones((8, 7)), dict[str, list[bool]]()
    for name, layer in network.layers.items():
        X = layer.forward(X, 0)
        mine = [
            X,
            *(value for value in vars(layer).values() if isinstance(value, np.ndarray) and value.shape == X.shape),
        ]
        orders.setdefault(name[:8], []).extend(array.flags.f_contiguous for array in mine)
    assert {name: all(order) for name, order in orders.items() if any(order)} == {"layers.0": True, "layers.2": True}
    dX = np.ones((8, 300))
    for name, layer in reversed(network.layers.items()):
        dX = layer.backward(dX, need_dX=True)
        if name in ("layers.1", "layers.3"):
            assert dX.flags.f_contiguous, name
        elif name in ("layers.0", "layers.2", "layers.4"):
            assert dX.flags.c_contiguous, name


def test_layers_hold_views_of_the_one_vector() -> None:
    network = make_network(Dense(units=3, activation=ReLU()), Dense(units=2, activation=Softmax()))
    for i, layer in enumerate(network.dense):
        for name, tensor, vector in (
            ("W", layer.W, network.parameters.theta),
            ("b", layer.b, network.parameters.theta),
            ("W", layer.dW, network.parameters.grad),
            ("b", layer.db, network.parameters.grad),
        ):
            assert np.shares_memory(tensor, vector)
            assert tensor.shape == network.parameters.shapes[f"layers.{i}.{name}"]


def test_a_short_last_batch_is_as_if_it_were_alone() -> None:
    specs = Dense(units=3, activation=Sigmoid()), Dense(units=2, activation=Identity())
    used, fresh = make_network(*specs), make_network(*specs, capacity=3)
    rng = np.random.default_rng(1)
    used.forward(rng.standard_normal((8, 2)))
    used.backward(rng.standard_normal((8, 2)))
    X, dZ = rng.standard_normal((3, 2)), rng.standard_normal((3, 2))
    np.testing.assert_array_equal(used.forward(X), fresh.forward(X))
    used.backward(dZ.copy())
    fresh.backward(dZ.copy())
    np.testing.assert_array_equal(used.parameters.grad, fresh.parameters.grad)


def test_steps_allocate_no_activations() -> None:
    network = make_network(Dense(units=3, activation=ReLU()), Dense(units=2, activation=Identity()))
    first, second = network.forward(np.ones((8, 2))), network.forward(np.zeros((8, 2)))
    assert first.ctypes.data == second.ctypes.data
    assert first.ctypes.data % 64 == 0


def test_the_output_activation_belongs_to_the_loss() -> None:
    network = make_network(Dense(units=1, activation=ReLU(), init=Zeros()))
    network.dense[0].b[...] = -3
    np.testing.assert_array_equal(network.forward(np.ones((2, 2))), [[-3], [-3]])


def test_no_gradient_of_the_input_is_computed() -> None:
    network = make_network(Dense(units=3, activation=Tanh()), Dense(units=2, activation=Identity()))
    network.forward(np.ones((8, 2)))
    network.backward(np.ones((8, 2)))
    first, last = (layer._dX for layer in network.dense)
    assert last.all()
    assert not first.any()


def test_biases_start_at_zero_and_weights_as_the_seed_says() -> None:
    specs = Dense(units=30, activation=Tanh(), init=Normal(std=2.0)), Dense(units=2, activation=Identity())
    a, b = make_network(*specs), make_network(*specs)
    np.testing.assert_array_equal(a.parameters.theta, b.parameters.theta)
    assert not a.parameters.theta[a.parameters.weights.stop :].any()
    assert a.dense[0].W.std() == pytest.approx(2, rel=0.3)
    other = Network(specs, features=2, dtype=np.float64, seed=1, capacity=8)
    assert not np.isin(other.dense[0].W, a.dense[0].W).any()


def test_float32_starts_where_float64_does() -> None:
    specs = Dense(units=30, activation=ReLU()), Dense(units=2, activation=Identity())
    single, double = make_network(*specs, dtype=np.float32), make_network(*specs)
    assert single.parameters.theta.dtype == single.forward(np.ones((2, 2), np.float32)).dtype == np.float32
    np.testing.assert_array_equal(single.parameters.theta, double.parameters.theta.astype(np.float32))


REGULARISED = (
    Dense(units=4, activation=Tanh(), normalization=BatchNorm(), dropout=0.3),
    Dense(units=3, activation=ReLU(), normalization=LayerNorm()),
    Dense(units=2, activation=Identity()),
)


def test_a_layer_is_an_affine_map_then_normalisation_then_activation_then_dropout() -> None:
    network = Network(REGULARISED, features=2, dtype=np.float64, seed=0, capacity=8, input_noise=0.1, input_dropout=0.2)
    assert list(network.layers) == [
        "input.noise",
        "input.dropout",
        "layers.0",
        "layers.0.normalization",
        "layers.0.activation",
        "layers.0.dropout",
        "layers.1",
        "layers.1.normalization",
        "layers.1.activation",
        "layers.2",
    ]


def test_the_shift_of_batch_normalisation_takes_the_place_of_the_bias() -> None:
    network = make_network(*REGULARISED)
    assert list(network.parameters.shapes) == [
        "layers.0.W",
        "layers.1.W",
        "layers.2.W",
        "layers.0.gamma",
        "layers.0.beta",
        "layers.1.b",
        "layers.1.gamma",
        "layers.1.beta",
        "layers.2.b",
    ]
    assert list(network.statistics.shapes) == ["layers.0.running_mean", "layers.0.running_variance"]
    np.testing.assert_array_equal(network.parameters.views["layers.0.gamma"], 1)
    np.testing.assert_array_equal(network.statistics.views["layers.0.running_variance"], 1)


def test_measuring_draws_nothing_and_changes_nothing() -> None:
    network = Network(REGULARISED, features=2, dtype=np.float64, seed=0, capacity=8, input_noise=0.1, input_dropout=0.2)
    X = np.random.default_rng(0).standard_normal((8, 2))
    statistics = network.statistics.values.copy()
    measured = network.forward(X).copy()
    np.testing.assert_array_equal(network.statistics.values, statistics)
    trained = network.forward(X, 3).copy()
    assert not np.allclose(measured, trained)
    np.testing.assert_array_equal(network.forward(X, 3), trained)


def test_biases_can_start_anywhere() -> None:
    specs = Dense(units=30, activation=Tanh(), bias_init=Uniform(limit=0.5)), Dense(units=2, activation=Identity())
    network = make_network(*specs)
    b = network.parameters.views["layers.0.b"]
    assert b.any()
    assert (np.abs(b) <= 0.5).all()
    assert not network.parameters.views["layers.1.b"].any()
    plain = make_network(Dense(units=30, activation=Tanh()), specs[1])
    np.testing.assert_array_equal(network.parameters.views["layers.0.W"], plain.parameters.views["layers.0.W"])


def test_every_layer_draws_weights_and_biases_of_its_own() -> None:
    specs = [Dense(units=4, activation=Tanh(), init=Normal(std=1.0), bias_init=Normal(std=1.0)) for _ in range(3)]
    network = Network(specs, features=4, dtype=np.float64, seed=0, capacity=1)
    drawn = [value for view in network.parameters.views.values() for value in view.ravel()]
    assert len(set(drawn)) == len(drawn) == 3 * (16 + 4)


@needs_gemm
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("normalization", [None, BatchNorm(), LayerNorm()], ids=str)
def test_a_gradient_on_top_of_the_last_one_is_the_sum_of_the_two(
    dtype: type, normalization: BatchNorm | LayerNorm | None
) -> None:
    network = make_network(
        Dense(units=150, activation=ReLU(), normalization=normalization, dropout=0.2),
        Dense(units=20, activation=Tanh()),  # narrow: its weights lie column by column
        Dense(units=256, activation=Tanh()),  # wide: everything of it does
        Dense(units=3, activation=Softmax()),
        features=120,
        dtype=dtype,
    )
    assert network.can_accumulate
    rng, grad = np.random.default_rng(0), network.parameters.grad
    expected = np.zeros(len(grad))
    for step, count in enumerate((8, 3, 8)):  # a batch may be short
        X, dZ = (rng.standard_normal((count, width)).astype(dtype) for width in (120, 3))
        before = grad.copy()
        network.forward(X, step)
        network.backward(dZ.copy())
        expected = 0.9 * expected + grad
        grad[...] = before
        network.forward(X, step)
        network.accumulate(dZ.copy(), 0.9)
        np.testing.assert_allclose(grad, expected, rtol=0, atol=100 * np.finfo(dtype).eps * np.abs(expected).max())
    network.backward(dZ.copy())
    assert np.abs(grad - expected).max() > 1e-3  # nothing is carried any more


def test_small_networks_do_without() -> None:
    assert not make_network(Dense(units=3, activation=Identity())).can_accumulate
