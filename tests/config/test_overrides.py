"""key=value arguments: what they change, and where their problems are shown."""

from collections.abc import Callable

import pytest

from bpcli.config.sections import Config, EarlyStopping
from bpcli.data.sources.bundled import Iris
from bpcli.data.sources.toy import Spiral
from bpcli.data.sources.xor import Xor
from bpcli.nn.activations import Sigmoid
from bpcli.nn.losses import CrossEntropy
from bpcli.optim.schedules import Exponential

Load = Callable[..., Config]
Report = Callable[..., str]

SMALLEST = "data: xor\nmodel: {layers: [4, 1]}\n"


def test_a_dotted_key_changes_one_value(load: Load) -> None:
    config = load(SMALLEST + "optimizer: {learning_rate: 0.1, momentum: 0.9}\n", "optimizer.learning_rate=1e-3")
    assert (config.optimizer.learning_rate, config.optimizer.momentum) == (0.001, 0.9)


def test_a_section_that_the_file_lacks_is_made(load: Load) -> None:
    assert load(SMALLEST, "training.epochs=3").training.epochs == 3
    assert load(SMALLEST, "early_stopping.patience=3").early_stopping == EarlyStopping(patience=3)
    assert load(SMALLEST + "early_stopping: null\n", "early_stopping.patience=3").early_stopping is not None


@pytest.mark.parametrize("key", ["model.layers[0].units", "model.layers.0.units", "model.layers[0]"])
def test_an_entry_of_a_list_is_named_by_its_index(key: str, load: Load) -> None:
    assert [layer.units for layer in load(SMALLEST, f"{key}=64").model.layers] == [64, 1]


def test_values_are_yaml_by_the_rules_of_the_file(load: Load) -> None:
    config = load(SMALLEST, "model.layers=[8, {units: 1, activation: sigmoid}]", "name=off", "schedule=exponential")
    assert (config.model.layers[0].units, config.model.layers[1].activation) == (8, Sigmoid())
    assert (config.name, config.schedule) == ("off", Exponential())
    assert load(SMALLEST + "early_stopping: {}\n", "early_stopping=null").early_stopping is None


def test_a_section_is_replaced_by_a_bare_word(load: Load) -> None:
    assert load("data: {name: xor, batch_size: 2}\nmodel: {layers: [1]}\n", "data=iris").data == Iris()


def test_another_name_keeps_the_keys_that_both_have(load: Load) -> None:
    text = "data: {name: xor, batch_size: 2, bits: 3}\nmodel: {layers: [1]}\n"
    assert load(text, "data.name=iris").data == Iris(batch_size=2)


def test_another_name_drops_no_key_that_an_argument_set(report: Report, load: Load) -> None:
    assert load(SMALLEST, "data.name=spiral", "data.classes=4").data == Spiral(classes=4)
    assert "data.bits belongs to xor, not to iris" in report(SMALLEST, "data.bits=3", "data.name=iris")


def test_the_last_argument_wins(load: Load) -> None:
    assert load(SMALLEST, "seed=1", "seed=2").seed == 2
    assert load(SMALLEST, "data.bits=3", "data=xor").data == Xor()


def test_an_argument_can_mend_the_file(load: Load) -> None:
    assert load(SMALLEST + "seed: .nan\ntraining: {epochs: ten}\n", "seed=1", "training.epochs=3").seed == 1


REPORTS = {
    "training.epoch=3": """\
argument 'training.epoch=3', column 10: unknown key training.epoch: here it is called training.epochs
    training.epoch=3
             ^^^^^""",
    "optimizer.learning_rate=fast": """\
argument 'optimizer.learning_rate=fast', column 25: optimizer.learning_rate must be a number greater than 0, not 'fast'
    optimizer.learning_rate=fast
                            ^^^^""",
    "seed": """\
argument 'seed', column 1: an override is written key=value, such as training.epochs=5
    seed
    ^^^^""",
    "=3": """\
argument '=3', column 1: a key is written with dots, such as optimizer.learning_rate or model.layers[0].units
    =3
    ^""",
    "a..b=3": """\
argument 'a..b=3', column 2: a key is written with dots, such as optimizer.learning_rate or model.layers[0].units
    a..b=3
     ^""",
    "model.layers[2]=3": """\
argument 'model.layers[2]=3', column 13: model.layers has 2 entries, counted from 0: there is no model.layers[2]
    model.layers[2]=3
                ^^^""",
    "model.layers.units=3": """\
argument 'model.layers.units=3', column 14: model.layers is a list: write model.layers[0].units
    model.layers.units=3
                 ^^^^^""",
    "model[0]=3": """\
argument 'model[0]=3', column 6: model is not a list, so it has no [0]
    model[0]=3
         ^^^""",
    "seed.value=3": """\
argument 'seed.value=3', column 6: seed is not a section, so it has no key value
    seed.value=3
         ^^^^^""",
    "seed=[1": """\
argument 'seed=[1', column 6: what begins here with [ is never closed
    seed=[1
         ^""",
    "seed=": """\
argument 'seed=', column 1: seed must be a whole number at least 0, not null
    seed=
    ^^^^""",
    "schedule.gamma=0.5": """\
argument 'schedule.gamma=0.5', column 10: schedule.gamma belongs to step, multistep, exponential and cyclical, not to constant
    schedule.gamma=0.5
             ^^^^^""",  # noqa: E501
    "optimizer={lr: 0.1}": """\
argument 'optimizer={lr: 0.1}', column 12: unknown key optimizer.lr: here it is called optimizer.learning_rate
    optimizer={lr: 0.1}
               ^^""",
    "seed=.nan": """\
argument 'seed=.nan', column 6: seed: .nan is not allowed: write a finite number
    seed=.nan
         ^^^^""",
}


@pytest.mark.parametrize("argument", REPORTS)
def test_a_problem_points_into_the_argument(argument: str, report: Report) -> None:
    assert report(SMALLEST + "seed: 1\n", argument) == REPORTS[argument]


def test_problems_of_the_file_and_of_every_argument_come_in_one_pass(report: Report) -> None:
    shown = report(SMALLEST + "seed: -1\n", "training.epochs=0", "nonsense", "optimizer.momentum=2")
    heads = [line for line in shown.splitlines() if not line.startswith(" ")]
    assert [head.partition(",")[0] for head in heads] == [
        "c.yaml:3:7: seed must be at least 0",
        "argument 'training.epochs=0'",
        "argument 'nonsense'",
        "argument 'optimizer.momentum=2'",
    ]


@pytest.mark.parametrize("start", ["", "loss: cross_entropy\n", "loss: {class_weights: {a b: 2}}\n"])
def test_a_number_can_name_a_class(load: Load, start: str) -> None:
    loss = load(SMALLEST + start, "loss.class_weights.1=10", "loss.class_weights.0=0.5").loss
    assert isinstance(loss, CrossEntropy)
    assert isinstance(loss.class_weights, dict)
    assert {"1": 10, "0": 0.5}.items() <= loss.class_weights.items()
