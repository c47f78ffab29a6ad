"""What a wrong key or word was meant to be is said where that is plain, and nothing else is made of it."""

from __future__ import annotations

import pytest

from bpcli.config.load import load_config

from .conftest import Load, Report

CSV = "data: {name: csv, file: a.csv}\nmodel: {layers: [4, 1]}\n"


def said(report: Report, argument: str) -> str:
    """The first problem, from the key on."""
    return report(CSV, argument).splitlines()[0].partition(": ")[2]


COLUMNS = "every column except the target is learned from; of a table of your own, leave the others out of the file"
KEYS = {
    "data.drop": COLUMNS,
    "data.columns": COLUMNS,
    "data.folds": "bpcli has no cross-validation; data.validation_fraction keeps some examples for validation",
    "model.bias": "every layer has biases, and bias_init says how they start; batch_norm replaces them",
    "model.layers[0].bias": "every layer has biases, and bias_init says how they start; batch_norm replaces them",
    "training.max_steps": "a training is as long as training.epochs says",
    "device": "bpcli computes on the processor: leave it out",
    "model.drop": "here it is called model.dropout",
    "drop": "here it is called model.dropout",
    "data.sep": "here it is called data.delimiter",
    "data.label": "here it is called data.target",
    "training.lr": "here it is called optimizer.learning_rate",
    "training.patience": "here it is called early_stopping.patience",
    "patience": "here it is called early_stopping.patience",
    "data.targt": "did you mean data.target?",
    "data.bacth_size": "did you mean data.batch_size?",
    "trainig": "did you mean training?",
    "model.learning_rat": "did you mean optimizer.learning_rate?",
    "training.shuffle": "it stands elsewhere, as data.shuffle",
}


@pytest.mark.parametrize("key", KEYS)
def test_a_key_that_is_called_otherwise_or_stands_elsewhere_is_named(report: Report, key: str) -> None:
    assert said(report, f"{key}=1") == f"unknown key {key}: {KEYS[key]}"


@pytest.mark.parametrize(
    "key",
    ["data.size", "data.norm", "data.first", "data.alpha", "data.memory", "model.layers[0].type", "optimizer.alpha",
     "optimizer.drop", "optimizer.gamma", "schedule.factor", "training.save", "units2", "loss.weights"],
)  # fmt: skip
def test_a_key_that_could_mean_anything_is_told_what_keys_there_are(report: Report, key: str) -> None:
    assert " has the keys " in said(report, f"{key}=1")


WORDS = {
    "optimizer": {"rprop": "", "radam": "", "asgd": "", "l-bfgs": "lbfgs", "rmsprob": "rmsprop", "adam_w": "adamw"},
    "model.activation": {"prelu": "", "relu6": "", "celu": "", "lrelu": "leaky_relu", "swish": "silu", "ReLU": "relu"},
    "loss": {"mape": "", "rmse": "", "mae": "mean_absolute_error", "bce": "cross_entropy", "mce": "mse"},
    "schedule": {"linear": "polynomial", "cosine_annealing": "cosine", "warmup": "", "one_cylce": "one_cycle"},
    "metrics": {"[acc]": "accuracy", "[f1]": "macro_f1", "[mse]": "", "[f1_macro]": "macro_f1"},
    "data.scale": {"minmax": "unit", "standardize": "standard", "normal": ""},
    "data.delimiter": {"tab": '"\\t"'},
    "dtype": {"float16": "", "double": "float64"},
}


@pytest.mark.parametrize(("key", "word"), [(key, word) for key, words in WORDS.items() for word in words])
def test_a_word_of_other_programs_is_put_into_ours_where_there_is_one(report: Report, key: str, word: str) -> None:
    meant = WORDS[key][word]
    shown = word.strip("[]")
    assert said(report, f"{key}={word}").endswith(f"not '{shown}'" + (f": did you mean {meant}?" if meant else ""))


@pytest.mark.parametrize(
    ("argument", "advice"),
    [
        ("model.normalization=none", "write null, or leave it out"),
        ("early_stopping=false", "write null, or leave it out"),
        ("model.layers[0].activation=none", "did you mean identity?"),
        ("data.shuffle=yes", "write true"),
        ("data.one_hot=off", "write false"),
    ],
)
def test_a_word_for_none_or_for_a_truth_is_told_what_to_write(report: Report, argument: str, advice: str) -> None:
    assert said(report, argument).endswith(f": {advice}")


def test_what_is_advised_is_accepted(load: Load) -> None:
    load(
        CSV,
        "data.delimiter='\t'",
        "data.shuffle=true",
        "model.normalization=null",
        "early_stopping=null",
        "model.layers[0].activation=identity",
        "optimizer=lbfgs",
        "data.batch_size=full",
    )
    load(CSV + "loss: {name: cross_entropy, class_weights: {'True': 2, '1.5': 1, 'null': 3}}\n")
    assert load_config("c.yaml").loss.name == "cross_entropy"
