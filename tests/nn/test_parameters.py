import numpy as np
import pytest

from bpcli.nn.parameters import Parameters


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


def test_a_matrix_may_lie_column_by_column() -> None:
    parameters = Parameters({"0.W": (2, 3), "1.W": (3, 4)}, np.float32, by_column={"0.W"})
    parameters.theta[...] = np.arange(18)
    np.testing.assert_array_equal(parameters.views["0.W"], [[0, 2, 4], [1, 3, 5]])
    assert parameters.index("0.W", 3) == (1, 1)
    assert parameters.index("1.W", 3) == (0, 3)
