import numpy as np
import pytest

from bpcli.nn.parameters import Parameters, Statistics


@pytest.fixture
def parameters() -> Parameters:
    return Parameters({"0.W": (2, 3), "0.b": (3,), "1.W": (3, 4), "1.b": (4,)}, np.float32)


def test_weights_come_before_biases(parameters: Parameters) -> None:
    assert list(parameters.views) == ["0.W", "1.W", "0.b", "1.b"]
    assert parameters.weights == slice(0, 18)
    assert len(parameters) == 25
    parameters.theta[...] = np.arange(25)
    np.testing.assert_array_equal(parameters.views["0.W"], [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(parameters.views["1.W"].ravel(), np.arange(6, 18))
    np.testing.assert_array_equal(parameters.views["0.b"], [18, 19, 20])
    np.testing.assert_array_equal(parameters.views["1.b"], [21, 22, 23, 24])


def test_every_view_is_part_of_the_one_vector(parameters: Parameters) -> None:
    for views, vector in ((parameters.views, parameters.theta), (parameters.grads, parameters.grad)):
        for i, view in enumerate(views.values()):
            assert np.shares_memory(view, vector)
            view[...] = i + 1
        assert vector.all()
    assert not np.shares_memory(parameters.theta, parameters.grad)


def test_the_vectors_start_on_a_cache_line_at_zero(parameters: Parameters) -> None:
    for vector in (parameters.theta, parameters.grad):
        assert vector.ctypes.data % 64 == 0
        assert vector.dtype == np.float32
        assert not vector.any()


def test_any_vector_of_the_layout_can_be_split(parameters: Parameters) -> None:
    slot = np.arange(25.0)
    views = parameters.split(slot)
    assert {name: view.shape for name, view in views.items()} == parameters.shapes
    assert all(np.shares_memory(view, slot) for view in views.values())


def test_the_place_of_a_tensor_is_the_slice_of_the_vector_that_it_takes(parameters: Parameters) -> None:
    parameters.theta[...] = np.arange(25)
    for name, view in parameters.views.items():
        np.testing.assert_array_equal(parameters.theta[parameters.places[name]], view.ravel())


def test_an_entry_of_a_part_is_told_by_its_index_in_the_tensor(parameters: Parameters) -> None:
    parameters.theta[...] = np.arange(25)
    for name, view in parameters.views.items():
        for entry in range(view.size):
            assert view[parameters.index(name, entry)] == view.ravel()[entry]
    assert parameters.index("0.W", 3) == (1, 0)


def test_tensors_of_two_axes_or_more_are_weights_and_belong_to_the_layer_that_names_them() -> None:
    parameters = Parameters(
        {"layers.1.W": (3, 4), "layers.1.b": (4,), "layers.10.W": (4, 2), "layers.1.K": (2, 3, 4)}, np.float64
    )
    assert parameters.weight_names == ("layers.1.W", "layers.10.W", "layers.1.K")
    assert parameters.weights_of("layers.1") == ("layers.1.W", "layers.1.K")
    assert parameters.weights_of("layers.10") == ("layers.10.W",)
    assert parameters.weights_of("layers.2") == ()
    assert parameters.weights == slice(0, 12 + 8 + 24)


def test_statistics_are_one_vector_too() -> None:
    statistics = Statistics({"0.running_mean": (3,), "0.running_variance": (3,)}, np.float32)
    assert statistics.values.dtype == np.float32
    statistics.values[...] = np.arange(6)
    np.testing.assert_array_equal(statistics.views["0.running_variance"], [3, 4, 5])
    assert all(np.shares_memory(view, statistics.values) for view in statistics.views.values())
