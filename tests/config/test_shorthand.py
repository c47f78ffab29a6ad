"""The short forms, and nothing else."""

from collections.abc import Callable

from bpcli.config.sections import Config
from bpcli.config.shorthand import expand
from bpcli.nn.initializers import ScaledNormal, Zeros

Load = Callable[..., Config]


def test_a_bare_word_is_the_name_of_a_section() -> None:
    words = {"data": "iris", "loss": "mse", "optimizer": "sgd", "schedule": "step", "model": {"init": "zeros"}}
    assert expand(words, Config) == {
        "data": {"name": "iris"},
        "loss": {"name": "mse"},
        "optimizer": {"name": "sgd"},
        "schedule": {"name": "step"},
        "model": {"init": {"name": "zeros"}},
    }


def test_a_number_is_a_layer_of_so_many_units() -> None:
    layers = expand({"model": {"layers": [8, {"units": 4, "init": "zeros"}, True, 2.0, "relu"]}}, Config)
    assert layers == {"model": {"layers": [{"units": 8}, {"units": 4, "init": {"name": "zeros"}}, True, 2.0, "relu"]}}


def test_sections_without_a_name_have_no_short_form() -> None:
    data = {"training": "long", "regularization": 0.1, "early_stopping": "soon", "name": "iris", "loss": 3}
    assert expand(data, Config) == data


def test_short_and_long_forms_are_the_same_config(load: Load) -> None:
    short = load("data: xor\nloss: mse\nmodel:\n  init: he_normal\n  layers: [4, {units: 1, init: zeros}]\n")
    long = load(
        "data: {name: xor}\nloss: {name: mse}\nmodel:\n  init: {name: he_normal}\n"
        "  layers:\n    - units: 4\n    - units: 1\n      init:\n        name: zeros\n"
    )
    assert short == long
    assert (short.model.init, short.model.layers[1].init) == (ScaledNormal(name="he_normal"), Zeros())
