"""A config is made definite against its data, and wrong pairings are refused with what to write instead."""

# ruff: noqa: E501  reports stand here as they are printed

from __future__ import annotations

from dataclasses import replace

import pytest

from bpcli.config.load import config_from_data
from bpcli.config.rules.metrics import logged_metrics, split_metrics
from bpcli.data.dataset import DataInfo
from bpcli.errors import ConfigError
from bpcli.experiment.resolve import resolve, target_encoding

TWO = DataInfo(features=3, class_names=("no", "yes"))
FIVE = DataInfo(features=3, class_names=tuple("abcde"))
NUMBERS = DataInfo(features=3, targets=2)


def resolved(info: DataInfo, layers: object = (4, 5), **sections: object):  # type: ignore[no-untyped-def]
    model = {"layers": list(layers)} if isinstance(layers, tuple) else layers
    config = config_from_data({"data": {"name": "moons"}, "model": model, **sections})
    return resolve(config, info)


def problems(info: DataInfo, layers: object = (4, 5), **sections: object) -> str:
    with pytest.raises(ConfigError) as caught:
        resolved(info, layers, **sections)
    return str(caught.value)


def test_every_layer_states_its_activation_and_how_it_starts() -> None:
    config = resolved(FIVE, {"layers": [4, {"units": 4, "activation": "tanh", "init": "zeros"}, 5]})
    assert [layer.activation and layer.activation.name for layer in config.model.layers] == ["relu", "tanh", "softmax"]
    assert [layer.init.name for layer in config.model.layers] == ["he_normal", "zeros", "glorot_uniform"]
    assert config.model.input == 3


@pytest.mark.parametrize(
    ("info", "units", "loss", "output"),
    [
        (FIVE, 5, "cross_entropy", "softmax"),
        (TWO, 2, "cross_entropy", "softmax"),
        (TWO, 1, "cross_entropy", "sigmoid"),
        (TWO, 1, "mse", "sigmoid"),
        (NUMBERS, 2, "mse", "identity"),
    ],
)
def test_the_output_activation_is_what_the_loss_asks_for(info: DataInfo, units: int, loss: str, output: str) -> None:
    activation = resolved(info, (units,), loss=loss).model.layers[-1].activation
    assert activation is not None
    assert activation.name == output


@pytest.mark.parametrize(
    ("info", "units", "extra", "encoding"),
    [
        (FIVE, 5, {}, "index"),
        (FIVE, 5, {"data": {"name": "moons", "one_hot": True}, "loss": "mse"}, "one_hot"),
        (TWO, 1, {}, "binary"),
        (NUMBERS, 2, {"loss": "mse"}, "value"),
        (FIVE, 5, {"data": {"name": "moons", "augmentation": {"mixup": 0.2}}}, "one_hot"),
        (TWO, 1, {"data": {"name": "moons", "augmentation": {"mixup": 0.2}}}, "binary"),
    ],
)
def test_targets_take_the_form_the_loss_compares_with(
    info: DataInfo, units: int, extra: dict[str, object], encoding: str
) -> None:
    assert target_encoding(resolved(info, (units,), **extra), info) == encoding


def test_the_monitor_is_the_validation_loss_where_there_is_one() -> None:
    assert resolved(FIVE).checkpoint.monitor == "train_loss"
    config = resolved(FIVE, data={"name": "moons", "validation_fraction": 0.2}, early_stopping={})
    assert (config.checkpoint.monitor, config.checkpoint.mode) == ("validation_loss", "min")
    assert config.early_stopping is not None
    assert (config.early_stopping.monitor, config.early_stopping.mode) == ("validation_loss", "min")
    assert resolved(FIVE, checkpoint={"monitor": "train_accuracy"}).checkpoint.mode == "max"


def test_a_validation_split_of_the_data_s_own_is_measured_too() -> None:
    config = resolved(FIVE)
    assert logged_metrics(config, FIVE) == ["train_loss", "train_accuracy"]
    assert "validation_accuracy" in logged_metrics(config, replace(FIVE, has_validation=True))
    own = replace(NUMBERS, has_validation=True)
    assert logged_metrics(resolved(own, (2,), loss="mse"), own) == [
        "train_loss",
        "validation_loss",
        "validation_mae",
        "validation_rmse",
        "validation_r2",
    ]


def test_metrics_that_are_asked_for_are_logged_in_the_order_they_are_shown_in() -> None:
    own = replace(FIVE, has_validation=True)
    config = resolved(own, metrics=["mcc", "balanced_accuracy", "accuracy", "mcc"])
    assert logged_metrics(config, own)[2:] == [
        "validation_loss",
        "validation_accuracy",
        "validation_balanced_accuracy",
        "validation_mcc",
    ]


def test_a_metric_that_is_monitored_is_measured_and_more_of_it_is_better() -> None:
    own = replace(FIVE, has_validation=True)
    config = resolved(
        own,
        metrics=["mcc"],
        checkpoint={"monitor": "validation_macro_f1"},
        early_stopping={"monitor": "validation_mcc"},
    )
    assert config.metrics == ("mcc", "macro_f1")
    assert config.checkpoint.mode == config.early_stopping.mode == "max"
    assert resolved(own, checkpoint={"monitor": "validation_accuracy"}).metrics == ()


def test_the_top_five_are_measured_where_there_are_more_classes() -> None:
    six = replace(FIVE, class_names=tuple("abcdef"), has_validation=True)
    assert (resolved(six, (6,)).top_k, resolved(six, (6,), top_k=2).top_k, resolved(FIVE).top_k) == (5, 2, None)
    assert split_metrics(resolved(six, (6,)), six)[-1] == "top_k_accuracy"
    assert "top_k_accuracy" not in split_metrics(resolved(FIVE), FIVE)


@pytest.mark.parametrize(
    ("info", "layers", "sections", "message"),
    [
        (FIVE, (4, 3), {}, "model.layers[1].units: the output layer has 3 units, but moons has 5 classes: write 5"),
        (TWO, (4, 3), {}, "model.layers[1].units: the output layer has 3 units, but moons has 2 classes: write 1 or 2"),
        (
            NUMBERS,
            (4, 3),
            {"loss": "mse"},
            "model.layers[1].units: the output layer has 3 units, but moons has 2 target columns: write 2",
        ),
        (FIVE, {"layers": [5], "input": 7}, {}, "model.input: stated as 7, but moons has 3 features: leave it out"),
        (
            NUMBERS,
            (2,),
            {},
            "loss: cross_entropy needs classes, but the targets of moons are numbers: write loss: mse, "
            "or output: sigmoid for numbers from 0 to 1 (softmax where those of a row add up to 1)",
        ),
        (
            FIVE,
            (5,),
            {"loss": "mse"},
            "loss: mse compares numbers, but the targets of moons are class labels: "
            "write data.one_hot: true, or loss: cross_entropy",
        ),
        (
            NUMBERS,
            (2,),
            {"loss": "mse", "data": {"name": "moons", "one_hot": True}},
            "data.one_hot: this needs classes, but the targets of moons are numbers: leave it out",
        ),
        (
            TWO,
            (1,),
            {"loss": "mse", "data": {"name": "moons", "one_hot": True}},
            "model.layers[0].units: one-hot targets of moons need 2 output units, not 1: write 2, or leave out data.one_hot",
        ),
        (
            FIVE,
            {"layers": [5], "output": "sigmoid"},
            {},
            "loss: cross_entropy with several sigmoid outputs needs data.one_hot: true; for one class an example write softmax in the place of sigmoid",
        ),
        (
            FIVE,
            (5,),
            {"early_stopping": {"monitor": "validation_loss"}},
            "early_stopping.monitor: there is no metric 'validation_loss' in this run; it has train_loss, train_accuracy",
        ),
        (
            NUMBERS,
            (2,),
            {"loss": "mse", "data": {"name": "moons", "sampling": "over"}},
            "data.sampling: this needs classes, but the targets of moons are numbers: leave it out",
        ),
        (
            NUMBERS,
            (2,),
            {"loss": "mse", "data": {"name": "moons", "target": "input", "one_hot": True}},
            "data.one_hot: this needs classes, but the targets of moons are its inputs: leave it out",
        ),
        (
            NUMBERS,
            (2,),
            {"loss": "mse", "data": {"name": "moons", "target": "input", "augmentation": {"mixup": 0.2}}},
            "data.augmentation.mixup: mixup mixes inputs with their targets, but the targets of moons are its inputs: leave it out",
        ),
        *(
            (
                FIVE,
                (5,),
                {"data": {"name": "moons", "augmentation": {key: 1 if key == "cutout" else 0.5}}},
                f"data.augmentation.{key}: {key} needs images, but the examples of moons are rows of numbers: leave it out",
            )
            for key in ("shift", "rotation", "scale", "shear", "elastic_alpha", "horizontal_flip", "cutout")
        ),
        (
            replace(NUMBERS, has_validation=True),
            (2,),
            {"loss": "mse", "checkpoint": {"monitor": "validation_macro_f1"}},
            "checkpoint.monitor: there is no metric 'validation_macro_f1' in this run; "
            "it has train_loss, validation_loss, validation_mae, validation_rmse, validation_r2",
        ),
        (
            replace(NUMBERS, has_validation=True),
            (2,),
            {"loss": "mse", "metrics": ["mae", "macro_f1"]},
            "metrics[1]: there is no metric 'macro_f1' in this run; it has mae, rmse, r2",
        ),
        (
            replace(FIVE, has_validation=True),
            (5,),
            {"metrics": ["r2"]},
            "metrics[0]: there is no metric 'r2' in this run; "
            "it has accuracy, balanced_accuracy, macro_f1, mcc, roc_auc, average_precision",
        ),
        (
            replace(FIVE, has_validation=True),
            (5,),
            {"metrics": ["top_k_accuracy"]},
            "metrics[0]: there is no metric 'top_k_accuracy' in this run; it has accuracy, balanced_accuracy, macro_f1, "
            "mcc, roc_auc, average_precision; set top_k to have this one",
        ),
        (
            FIVE,
            (5,),
            {"metrics": ["mcc"]},
            "metrics: these are measured of the validation split, but moons has none: "
            "set data.validation_fraction, or leave them out",
        ),
        (FIVE, (5,), {"top_k": 5}, "top_k: top_k must be less than the 5 classes of moons, not 5"),
        (
            NUMBERS,
            (2,),
            {"loss": "mse", "top_k": 3},
            "top_k: this needs classes, but the targets of moons are numbers: leave it out",
        ),
    ],
)
def test_a_wrong_pairing_says_what_to_write(
    info: DataInfo, layers: object, sections: dict[str, object], message: str
) -> None:
    assert message in problems(info, layers, **sections).splitlines()


def test_noise_and_mixup_suit_any_data() -> None:
    data = {"name": "moons", "augmentation": {"noise": 0.1, "mixup": 0.2, "elastic_sigma": 2}}
    assert resolved(FIVE, (5,), data=data).data.augmentation is not None


def test_all_wrong_pairings_are_reported_at_once() -> None:
    text = problems(FIVE, {"layers": [4], "input": 9}, loss="mse")
    assert len(text.splitlines()) == 3
