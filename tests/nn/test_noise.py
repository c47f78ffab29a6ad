import numpy as np

from bpcli.nn.arrays import Buffer
from bpcli.nn.layers import NoiseLayer


def make_layer(std: float, *, seed: int = 0, dtype: type = np.float64) -> NoiseLayer:
    return NoiseLayer(std, Buffer(400, 50, dtype), seed=seed)


def test_noise_has_the_stated_deviation_and_no_mean() -> None:
    noise = make_layer(0.3).forward(np.zeros((400, 50)), 0)
    assert abs(noise.mean()) < 5 * 0.3 / np.sqrt(noise.size)
    assert abs(noise.std() / 0.3 - 1) < 5 / np.sqrt(2 * noise.size)


def test_the_inputs_themselves_stay_as_they_are() -> None:
    X = np.ones((4, 50))
    assert (make_layer(0.3).forward(X, 0) != X).all()
    np.testing.assert_array_equal(X, np.ones((4, 50)))


def test_nothing_is_added_when_measuring() -> None:
    X = np.ones((4, 50))
    assert make_layer(0.3).forward(X, None) is X


def test_noise_is_a_function_of_seed_and_step() -> None:
    X, layer = np.zeros((4, 50)), make_layer(0.3)
    first = layer.forward(X, 7).copy()
    assert (layer.forward(X, 8) != first).all()
    np.testing.assert_array_equal(layer.forward(X, 7), first)
    np.testing.assert_array_equal(make_layer(0.3, dtype=np.float32).forward(X.astype(np.float32), 7), first)
    assert (make_layer(0.3, seed=1).forward(X, 7) != first).all()
