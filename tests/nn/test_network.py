import math
from collections.abc import Callable

import numpy as np
import pytest

from bpcli.nn.activations import GELU, Identity, ReLU, Sigmoid, Softmax, Tanh
from bpcli.nn.arrays import Array
from bpcli.nn.initializers import Normal, Uniform, Zeros
from bpcli.nn.layers import ActivationLayer, BatchNorm, Dense, DenseLayer, LayerNorm
from bpcli.nn.losses import HalfSquaredError
from bpcli.nn.network import Network
from bpcli.optim.sgd import SGD
from bpcli.training.objective import Objective


def make_network(*specs: Dense, features: int = 2, dtype: type = np.float64) -> Network:
    return Network(specs, features=features, dtype=dtype, seed=0)


def dense(network: Network, i: int) -> DenseLayer:
    layer = network.layers[f"layers.{i}"]
    assert isinstance(layer, DenseLayer)
    return layer


def test_mazurs_worked_step() -> None:
    """A step-by-step back-propagation example (Mazur 2015), its numbers recomputed in float64."""
    network = make_network(Dense(units=2, activation=Sigmoid()), Dense(units=2, activation=Sigmoid()))
    loss = HalfSquaredError().bind(Sigmoid())
    objective = Objective(network, loss)
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
    close(loss.Y, [[0.7513650695523157, 0.7729284653214625]])
    objective.backward(1)
    gradients = {
        "layers.0.W": [[0.00043856773447435, 0.00049771273526086], [0.00087713546894869, 0.00099542547052172]],
        "layers.1.W": [[0.08216704056423077, -0.02260254047747507], [0.08266762784753325, -0.02274024221597822]],
        "layers.0.b": [0.00877135468948693, 0.0099542547052172],
        "layers.1.b": [0.13849856162855695, -0.03809823651655624],
    }
    for name, gradient in gradients.items():
        close(network.parameters.grads[name], gradient)
    SGD().update({}, network.parameters.theta, network.parameters.grad, learning_rate=0.5, step=0)
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
def test_layers_of_any_width_are_the_matrix_formulas(first: int, second: int, last: int) -> None:
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
        network.backward(dZ)
        for grad, matrix in zip(network.parameters.grads.values(), expected, strict=True):
            np.testing.assert_allclose(grad, matrix, rtol=1e-11, atol=1e-9)


@pytest.mark.parametrize("units", [40, 256])
def test_each_gradient_is_the_slope_along_any_direction(units: int) -> None:
    """With everything that a hidden layer may have."""
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
    network.backward(dZ)
    for name, view in parameters.views.items():
        direction = rng.standard_normal(view.shape)
        slope = (along(view, direction, 1e-6) - along(view, direction, -1e-6)) / 2e-6
        assert np.sum(parameters.grads[name] * direction) == pytest.approx(slope, rel=1e-6, abs=1e-6), name


def test_layers_hold_views_of_the_one_vector() -> None:
    network = make_network(Dense(units=3, activation=ReLU()), Dense(units=2, activation=Softmax()))
    for i in range(2):
        layer = dense(network, i)
        for name, tensor, vector in (
            ("W", layer.W, network.parameters.theta),
            ("b", layer.b, network.parameters.theta),
            ("W", layer.dW, network.parameters.grad),
            ("b", layer.db, network.parameters.grad),
        ):
            assert tensor is not None
            assert np.shares_memory(tensor, vector)
            assert tensor.shape == network.parameters.shapes[f"layers.{i}.{name}"]


def test_a_short_last_batch_is_as_if_it_were_alone() -> None:
    specs = Dense(units=3, activation=Sigmoid()), Dense(units=2, activation=Identity())
    used, fresh = make_network(*specs), make_network(*specs)
    rng = np.random.default_rng(1)
    used.forward(rng.standard_normal((8, 2)))
    used.backward(rng.standard_normal((8, 2)))
    X, dZ = rng.standard_normal((3, 2)), rng.standard_normal((3, 2))
    np.testing.assert_array_equal(used.forward(X), fresh.forward(X))
    used.backward(dZ)
    fresh.backward(dZ)
    np.testing.assert_array_equal(used.parameters.grad, fresh.parameters.grad)


def test_the_output_activation_belongs_to_the_loss() -> None:
    network = make_network(Dense(units=1, activation=ReLU(), init=Zeros()))
    network.parameters.views["layers.0.b"][...] = -3
    np.testing.assert_array_equal(network.forward(np.ones((2, 2))), [[-3], [-3]])


@pytest.mark.parametrize("inputs", [{}, {"input_noise": 0.1, "input_dropout": 0.2}], ids=["plain", "noisy"])
def test_no_gradient_of_the_input_is_computed(inputs: dict[str, float], monkeypatch: pytest.MonkeyPatch) -> None:
    specs = Dense(units=3, activation=Tanh()), Dense(units=2, activation=Identity())
    network = Network(specs, features=2, dtype=np.float64, seed=0, **inputs)
    needed: dict[str, bool] = {}

    def recording(name: str, backward: Callable[..., Array | None]) -> Callable[..., Array | None]:
        def recorded(dA: Array, *, need_dX: bool) -> Array | None:
            needed[name] = need_dX
            return backward(dA, need_dX=need_dX)

        return recorded

    for name, layer in network.layers.items():
        monkeypatch.setattr(layer, "backward", recording(name, layer.backward))
    network.forward(np.ones((8, 2)), 0)
    network.backward(np.ones((8, 2)))
    assert needed == {"layers.1": True, "layers.0.activation": True, "layers.0": False}


def test_the_output_of_every_layer_is_told_as_forward_computes_it() -> None:
    network, X = make_network(*REGULARISED), np.random.default_rng(0).standard_normal((8, 2))
    outputs = dict(network.outputs(X, 3))
    assert list(outputs) == list(network.layers)
    np.testing.assert_array_equal(outputs["layers.2"], network.forward(X, 3))


def test_a_layer_can_be_replaced_in_a_copy_of_the_same_parameters() -> None:
    network, X = make_network(*REGULARISED), np.ones((8, 2))
    before = network.forward(X)
    other = network.with_layers({"layers.1.activation": ActivationLayer(Tanh())})
    assert list(other.layers) == list(network.layers)
    assert not np.array_equal(other.forward(X), before)
    np.testing.assert_array_equal(network.forward(X), before)
    network.parameters.views["layers.2.b"] += 1
    np.testing.assert_array_equal(network.forward(X), before + 1)
    assert other.parameters is network.parameters


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_precision_stays_from_end_to_end_and_so_do_the_inputs(dtype: type) -> None:
    network = Network(REGULARISED, features=2, dtype=dtype, seed=0, input_noise=0.1, input_dropout=0.2)
    X, dZ = np.ones((8, 2), dtype), np.ones((8, 2), dtype)
    assert {output.dtype for _, output in network.outputs(X, 0)} == {np.dtype(dtype)}
    network.backward(dZ)
    assert network.parameters.grad.dtype == network.parameters.theta.dtype == network.statistics.values.dtype == dtype
    np.testing.assert_array_equal(X, 1)
    np.testing.assert_array_equal(dZ, 1)


def test_biases_start_at_zero_and_weights_as_the_seed_says() -> None:
    specs = Dense(units=30, activation=Tanh(), init=Normal(std=2.0)), Dense(units=2, activation=Identity())
    a, b = make_network(*specs), make_network(*specs)
    np.testing.assert_array_equal(a.parameters.theta, b.parameters.theta)
    assert not a.parameters.theta[a.parameters.weights.stop :].any()
    assert a.parameters.views["layers.0.W"].std() == pytest.approx(2, rel=0.3)
    other = Network(specs, features=2, dtype=np.float64, seed=1)
    assert not np.isin(*(network.parameters.views["layers.0.W"] for network in (other, a))).any()


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
    network = Network(REGULARISED, features=2, dtype=np.float64, seed=0, input_noise=0.1, input_dropout=0.2)
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
    network = Network(REGULARISED, features=2, dtype=np.float64, seed=0, input_noise=0.1, input_dropout=0.2)
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
    network = Network(specs, features=4, dtype=np.float64, seed=0)
    drawn = [value for view in network.parameters.views.values() for value in view.ravel()]
    assert len(set(drawn)) == len(drawn) == 3 * (16 + 4)
