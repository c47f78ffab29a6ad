"""A config made definite against the data it trains on: defaults filled in, wrong pairings refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from bpcli.config.rules.keys import coherence_problems, data_problems
from bpcli.config.rules.metrics import logged_metrics, metric_problems, monitor_problems, with_metrics
from bpcli.config.rules.objectives import plan_parts
from bpcli.config.rules.outputs import default_output
from bpcli.config.rules.widths import pairing_problems
from bpcli.config.sections import Config, EarlyStopping
from bpcli.data.dataset import DataInfo
from bpcli.data.sources.stream import Stream
from bpcli.data.targets import Encoding
from bpcli.errors import ConfigError, Problem
from bpcli.nn.activations import AnyActivation, Identity
from bpcli.nn.initializers import default_initializer
from bpcli.nn.layers import Dense
from bpcli.nn.losses.weighted_sum import WeightedSum
from bpcli.optim.schedules import Plateau, with_length
from bpcli.training.monitor import default_mode

Watcher = TypeVar("Watcher", EarlyStopping, Plateau)

USUAL_EPOCHS = 10


def resolve(config: Config, info: DataInfo) -> Config:
    """`config` with every default written out that depends on the data. Raises `ConfigError` with all that is wrong."""
    resolved = _with_epochs(_with_layers(_with_parts(config, info), info))
    resolved = with_metrics(_with_checkpoint(resolved, info), info)
    problems = [*coherence_problems(config), *_problems(resolved, info)]
    if problems:
        raise ConfigError(problems)
    return resolved


def with_length_stated(config: Config, *, steps_per_epoch: int, first_step: int = 0) -> Config:
    """A resolved config with the length of its schedule written out, which may need the number of steps."""
    epochs = config.training.epochs
    schedule = with_length(config.schedule, epochs=epochs, steps_per_epoch=steps_per_epoch, first_step=first_step)
    return replace(config, schedule=schedule)


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


def _with_epochs(config: Config) -> Config:
    """Their number stated, but for a stream, which may last for ever."""
    if isinstance(config.data, Stream):
        return config
    return replace(config, training=replace(config.training, epochs=config.training.epochs or USUAL_EPOCHS))


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
    output = last.activation or model.output or _default_output(config, info)
    layers.append(replace(last, activation=output, dropout=last.dropout or 0.0))
    layers = [_with_start_and_limits(layer, config) for layer in layers]
    return replace(config, model=replace(model, layers=tuple(layers), input=model.input or info.features))


def _default_output(config: Config, info: DataInfo) -> AnyActivation:
    """Of the whole output layer; the parts of a weighted sum have their own."""
    if isinstance(config.loss, WeightedSum):
        return Identity()
    units = config.model.layers[-1].units
    return default_output(config.loss, info, units=units, reconstructs=config.data.reconstructs)


def _with_parts(config: Config, info: DataInfo) -> Config:
    """Each part of a weighted sum with its target and activation stated."""
    if not isinstance(config.loss, WeightedSum):
        return config
    parts = tuple(plan.part for plan in plan_parts(config.loss, info))
    return replace(config, loss=replace(config.loss, parts=parts))


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


def _with_checkpoint(config: Config, info: DataInfo) -> Config:
    """Monitor and mode stated, of the best checkpoint and of all else that watches a metric."""
    names = logged_metrics(config, info)
    default = "validation_loss" if "validation_loss" in names else names[0]
    monitor = config.checkpoint.monitor or default
    checkpoint = replace(config.checkpoint, monitor=monitor, mode=config.checkpoint.mode or default_mode(monitor))

    def watched(section: Watcher) -> Watcher:
        metric = section.monitor or monitor
        mode = section.mode or (checkpoint.mode if metric == monitor else default_mode(metric))
        return replace(section, monitor=metric, mode=mode)

    early = None if config.early_stopping is None else watched(config.early_stopping)
    schedule = watched(config.schedule) if isinstance(config.schedule, Plateau) else config.schedule
    return replace(config, checkpoint=checkpoint, early_stopping=early, schedule=schedule)


def _problems(config: Config, info: DataInfo) -> Iterator[Problem]:
    yield from pairing_problems(config, info)
    yield from data_problems(config.data, info)
    yield from metric_problems(config, info)
    yield from monitor_problems(config, info)
