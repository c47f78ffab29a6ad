"""A config made definite against the data it trains on: defaults filled in, wrong pairings refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bpcli.config.coherence import coherence_problems
from bpcli.config.data_coherence import data_problems
from bpcli.config.metrics import logged_metrics, metric_problems, monitor_problems, with_metrics
from bpcli.config.sections import Config
from bpcli.data.dataset import DataInfo
from bpcli.data.targets import Encoding
from bpcli.errors import ConfigError, Path, Problem
from bpcli.nn.activations import AnyActivation, Identity, Sigmoid, Softmax
from bpcli.nn.dense import Dense
from bpcli.nn.initializers import default_initializer
from bpcli.nn.losses import CrossEntropy
from bpcli.training.monitor import default_mode


def resolve(config: Config, info: DataInfo) -> Config:
    """`config` with every default written out that depends on the data. Raises `ConfigError` with all that is wrong."""
    resolved = with_metrics(_with_checkpoint(_with_layers(config, info), info), info)
    problems = [*coherence_problems(config), *_problems(resolved, info)]
    if problems:
        raise ConfigError(problems)
    return resolved


def target_encoding(config: Config, info: DataInfo) -> Encoding:
    """The form in which the loss of a resolved config wants the targets."""
    if not info.class_names:
        return "value"
    if config.data.one_hot:
        return "one_hot"
    if config.model.layers[-1].units == 1:
        return "binary"
    is_mixed = config.data.augmentation is not None and config.data.augmentation.mixup > 0
    return "one_hot" if is_mixed else "index"


def _with_layers(config: Config, info: DataInfo) -> Config:
    """Each layer with its activation and initialiser stated."""
    model = config.model
    *hidden, last = model.layers
    layers = [
        replace(
            layer,
            activation=layer.activation or model.activation,
            normalization=layer.normalization or model.normalization,
            dropout=model.dropout if layer.dropout is None else layer.dropout,
        )
        for layer in hidden
    ]
    output = last.activation or model.output or _default_output(config, last, info)
    layers.append(replace(last, activation=output, dropout=last.dropout or 0.0))
    layers = [_with_start_and_limits(layer, config) for layer in layers]
    return replace(config, model=replace(model, layers=tuple(layers), input=model.input or info.features))


def _with_start_and_limits(layer: Dense, config: Config) -> Dense:
    model, regularization = config.model, config.regularization
    assert layer.activation is not None
    return replace(
        layer,
        init=layer.init or model.init or default_initializer(layer.activation),
        bias_init=layer.bias_init or model.bias_init,
        l2=regularization.l2 if layer.l2 is None else layer.l2,
        l1=regularization.l1 if layer.l1 is None else layer.l1,
        max_norm=layer.max_norm or regularization.max_norm,
    )


def _default_output(config: Config, last: Dense, info: DataInfo) -> AnyActivation:
    if not info.class_names:
        return Identity()
    return Softmax() if isinstance(config.loss, CrossEntropy) and last.units > 1 else Sigmoid()


def _with_checkpoint(config: Config, info: DataInfo) -> Config:
    """Monitor and mode stated, of the best checkpoint and of early stopping."""
    names = logged_metrics(config, info)
    default = "validation_loss" if "validation_loss" in names else "train_loss"
    monitor = config.checkpoint.monitor or default
    checkpoint = replace(config.checkpoint, monitor=monitor, mode=config.checkpoint.mode or default_mode(monitor))
    early = config.early_stopping
    if early is not None:
        watched = early.monitor or monitor
        mode = early.mode or (checkpoint.mode if watched == monitor else default_mode(watched))
        early = replace(early, monitor=watched, mode=mode)
    return replace(config, checkpoint=checkpoint, early_stopping=early)


def _problems(config: Config, info: DataInfo) -> Iterator[Problem]:
    yield from _width_problems(config, info)
    yield from _pairing_problems(config, info)
    yield from data_problems(config.data, info)
    yield from metric_problems(config, info)
    yield from monitor_problems(config, info)


def _width_problems(config: Config, info: DataInfo) -> Iterator[Problem]:
    data, units = config.data.name, config.model.layers[-1].units
    at_units: Path = ("model", "layers", len(config.model.layers) - 1, "units")
    if config.model.input != info.features:
        message = f"stated as {config.model.input}, but {data} has {info.features} features: leave it out"
        yield Problem(("model", "input"), message)
    if not info.class_names:
        if units != info.targets:
            message = f"the output layer has {units} units, but {data} has {info.targets} target columns"
            yield Problem(at_units, f"{message}: write {info.targets}")
        return
    classes = len(info.class_names)
    if units == 1 and config.data.one_hot:
        message = f"one-hot targets of {data} need {classes} output units, not 1"
        yield Problem(at_units, f"{message}: write {classes}, or leave out data.one_hot")
    elif units != classes and not (units == 1 and classes == 2):
        allowed = "1 or 2" if classes == 2 else f"{classes}"
        yield Problem(
            at_units, f"the output layer has {units} units, but {data} has {classes} classes: write {allowed}"
        )


def _pairing_problems(config: Config, info: DataInfo) -> Iterator[Problem]:
    last = config.model.layers[-1]
    fused = isinstance(config.loss, CrossEntropy)
    if not info.class_names:
        if fused:
            message = f"cross_entropy needs classes, but the targets of {config.data.name} are numbers: write loss: mse"
            yield Problem(("loss",), message)
        return
    if not fused and last.units > 1 and not config.data.one_hot:
        message = (
            f"{config.loss.name} compares numbers, but the targets of {config.data.name} are class labels: "
            "write data.one_hot: true, or loss: cross_entropy"
        )
        yield Problem(("loss",), message)
    if fused and isinstance(last.activation, Sigmoid) and last.units > 1 and not config.data.one_hot:
        message = (
            "cross_entropy with several sigmoid outputs needs data.one_hot: true; for classes write output: softmax"
        )
        yield Problem(("loss",), message)
