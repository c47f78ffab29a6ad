"""From a file to a config and back, and problems that are found later."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.checks.cases import ACTIVATIONS, INITIALIZERS, PAIRINGS
from bpcli.config.load import config_from_data, config_to_data, config_to_yaml, load_config, read_config
from bpcli.config.sections import Checkpoint, Config, EarlyStopping, Model, Regularization, Training
from bpcli.data.sources.csv_table import Csv
from bpcli.data.sources.toy import Spiral
from bpcli.data.sources.xor import Xor
from bpcli.errors import ConfigError, config_error
from bpcli.nn.initializers import Normal, ScaledUniform, Zeros
from bpcli.nn.layers import Dense
from bpcli.nn.losses import CrossEntropy
from bpcli.optim.averaging import MovingAverage
from bpcli.optim.clipping import Clipping
from bpcli.optim.schedules import Constant, Exponential, InverseTime, Step
from bpcli.optim.sgd import SGD

Load = Callable[..., Config]

SMALLEST = "data: xor\nmodel: {layers: [4, 1]}\n"

_positive = st.floats(min_value=1e-300, max_value=1e300)
_counts = st.integers(1, 10**30)
_inits = (
    st.none()
    | st.sampled_from(INITIALIZERS)
    | st.builds(Zeros)
    | st.builds(Normal, std=_positive)
    | st.just(ScaledUniform(name="he_uniform"))
)
_words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
_tricky = st.sampled_from(
    ["1e5", "off", "0o7", "~", "1:30", ".nan", "9" * 200, "", "# x", "a: b", "- a", " a ", "\x1b"]
)
_configs = st.builds(
    Config,
    name=st.none() | st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,20}[A-Za-z0-9]", fullmatch=True),
    seed=st.integers(0, 2**128),
    dtype=st.sampled_from(["float32", "float64"]),
    threads=st.just("auto") | st.integers(1, 1024),
    data=st.builds(Xor, bits=st.integers(2, 16), shuffle=st.booleans())
    | st.builds(Spiral, noise=_positive, batch_size=_counts)
    | st.builds(Csv, file=_words | _tricky, target=_words | _tricky | st.integers()),
    model=st.builds(
        Model,
        layers=st.lists(
            st.builds(
                Dense,
                units=_counts,
                activation=st.none() | st.sampled_from(list(ACTIVATIONS)),
                init=_inits,
                bias_init=_inits,
            ),
            min_size=1,
            max_size=3,
        ).map(lambda layers: (*layers, Dense(units=2))),
        init=_inits,
    ),
    loss=st.sampled_from([pairing.loss for pairing in PAIRINGS])
    | st.builds(CrossEntropy, class_weights=st.just("balanced") | st.dictionaries(_words | _tricky, _positive)),
    clipping=st.builds(Clipping, norm=st.none() | _positive),
    average=st.none() | st.just(MovingAverage()),
    optimizer=st.builds(SGD, learning_rate=_positive, momentum=st.floats(0, 0.999)),
    schedule=st.sampled_from([Constant(), Step(gamma=1e-7), InverseTime(per="step")])
    | st.builds(Exponential, gamma=st.floats(1e-20, 1)),
    regularization=st.builds(Regularization, l1=st.just(0.0) | _positive),
    training=st.builds(Training, epochs=_counts),
    checkpoint=st.sampled_from([Checkpoint(), Checkpoint(monitor="train_loss", mode="max", every_steps=3)]),
    early_stopping=st.none() | st.builds(EarlyStopping, min_delta=_positive),
)


@given(_configs)
def test_a_config_written_as_yaml_is_read_back_equal(tmp_path_factory: pytest.TempPathFactory, config: Config) -> None:
    path = tmp_path_factory.getbasetemp() / "written.yaml"
    path.write_text(config_to_yaml(config), encoding="utf-8")
    assert load_config(path, [] if config.name else ["name=null"]) == (
        config if config.name else config_from_data(config_to_data(config) | {"name": "written"})
    )


@given(_configs)
def test_a_config_as_plain_data_is_read_back_equal(config: Config) -> None:
    assert config_from_data(config_to_data(config)) == config


def test_every_default_is_written_out(load: Load) -> None:
    assert (
        config_to_yaml(load(SMALLEST))
        == """\
name: c
seed: 0
dtype: float32
threads: auto
data:
  name: xor
  batch_size: full
  validation_fraction: 0.0
  scale: none
  shuffle: true
  one_hot: false
  sampling: none
  augmentation: null
  target: null
  bits: 2
model:
  layers:
  - units: 4
    activation: null
    init: null
    bias_init: null
    normalization: null
    dropout: null
    l2: null
    l1: null
    max_norm: null
  - units: 1
    activation: null
    init: null
    bias_init: null
    normalization: null
    dropout: null
    l2: null
    l1: null
    max_norm: null
  input: null
  activation: relu
  output: null
  init: null
  bias_init: zeros
  normalization: null
  dropout: 0.0
  input_dropout: 0.0
  input_noise: 0.0
loss:
  name: cross_entropy
  label_smoothing: 0.0
  class_weights: null
  reduction: mean
optimizer:
  name: sgd
  learning_rate: 0.1
  momentum: 0.0
  dampening: 0.0
  nesterov: false
schedule:
  name: constant
  per: epoch
  warmup: 0
  warmup_start: 0.1
regularization: {l2: 0.0, l1: 0.0, max_norm: null}
clipping: {value: null, norm: null}
average: null
training: {epochs: null, evaluate_every: 1}
metrics: []
top_k: null
checkpoint: {monitor: null, mode: null, every_steps: null}
early_stopping: null
"""
    )


@pytest.mark.parametrize(
    ("file", "name"),
    [("xor.yaml", "xor"), ("my config (2).yaml", "my-config-2"), ("né.v2.yaml", "né-v2"), ("--.yaml", "run")],
)
def test_a_config_without_a_name_is_called_after_its_file(file: str, name: str, in_folder: Path) -> None:
    Path(file).write_text(SMALLEST)
    assert load_config(file).name == name


def test_a_problem_found_later_is_located_in_the_file(in_folder: Path) -> None:
    Path("c.yaml").write_text("data: xor\nmodel:\n  layers: [4, 3]\n")
    _, document = read_config("c.yaml")
    with pytest.raises(ConfigError) as caught, document.locating():
        raise config_error(("model", "layers", 1, "units"), "xor has 2 classes")
    assert str(caught.value) == "c.yaml:3:15: xor has 2 classes\n    layers: [4, 3]\n                ^"


def test_a_problem_found_later_is_located_in_an_argument(in_folder: Path) -> None:
    Path("c.yaml").write_text(SMALLEST)
    _, document = read_config("c.yaml", ["seed=3", "data.validation_fraction=0.9"])
    located = document.locate(config_error(("data", "validation_fraction"), "leaves nothing"))
    assert str(located).startswith("argument 'data.validation_fraction=0.9', column 26: leaves nothing\n")
    assert document.locate(located) is located


def test_a_problem_with_a_default_points_at_the_section_around_it(in_folder: Path) -> None:
    Path("c.yaml").write_text(SMALLEST)
    _, document = read_config("c.yaml")
    assert str(document.locate(config_error(("data", "one_hot"), "no"))).startswith("c.yaml:1:7: no\n    data: xor\n")
    assert str(document.locate(config_error(("loss",), "no"))) == "c.yaml: no"


def test_data_of_a_checkpoint_is_validated_too() -> None:
    data: dict[str, Any] = {"data": {"name": "xor"}, "model": {"layers": [{"units": 1}]}}
    assert config_from_data(data, ["seed=3"]).seed == 3
    with pytest.raises(ConfigError, match=r"^the config in the checkpoint: seed must be at least 0, not -1$"):
        config_from_data(data | {"seed": -1})
    with pytest.raises(ConfigError, match=r"^argument 'seed=-1', column 6: seed must be at least 0, not -1"):
        config_from_data(data, ["seed=-1"])


def test_what_is_accepted_is_not_too_large_to_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(f"data: xor\nmodel: {{layers: [{'4, ' * 400}1]}}\n")
    config = load_config(path)
    path.write_text(config_to_yaml(config))
    assert load_config(path) == config


@pytest.mark.parametrize(
    "text",
    [
        f"data: xor\nmodel: {{layers: [{'4, ' * 600}1]}}\n",
        f"data: {{name: inline, inputs: [[1]], targets: [&a {'x' * 900}, {'*a, ' * 900}]}}\nmodel: {{layers: [1]}}\n",
    ],
)
def test_what_would_be_too_large_to_be_read_again_is_refused(text: str, load: Load) -> None:
    with pytest.raises(
        ConfigError, match=r"^c.yaml has more than 10,000 values of 80,000 characters with its defaults"
    ):
        load(text)


@pytest.mark.parametrize("text", ["\x85", "a\u2028b", "a\nb", " ", "\ufeff", "1e3", "ü"])
def test_text_of_any_characters_is_read_back_as_it_was_written(tmp_path: Path, text: str) -> None:
    config = config_from_data({"data": {"name": "csv", "file": "t.csv", "target": text}, "model": {"layers": [1]}})
    path = tmp_path / "c.yaml"
    path.write_text(config_to_yaml(config), encoding="utf-8")
    assert load_config(path).data == config.data
