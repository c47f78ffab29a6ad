"""A config made real: data loaded, network built, everything the training loop needs in one object."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from typing import Any

from bpcli.config.parts import plan_parts, weighted_sum_head
from bpcli.config.resolve import resolve, target_encoding
from bpcli.config.sections import Config
from bpcli.config.targets import class_weights, require_fitting_targets
from bpcli.data.batches import Batches
from bpcli.data.dataset import DataInfo
from bpcli.data.scaling import Scaler, fit_scaler
from bpcli.data.targets import encode_targets
from bpcli.nn.arrays import Array
from bpcli.nn.losses import Head
from bpcli.nn.network import Network
from bpcli.nn.weighted_sum import WeightedSum
from bpcli.optim.max_norm import MaxNorm
from bpcli.optim.penalties import Penalties, Penalty, penalties
from bpcli.optim.schedules import with_length
from bpcli.training.evaluate import BLOCK
from bpcli.training.experiment import Experiment
from bpcli.training.monitor import Monitor, Patience
from bpcli.training.objective import Objective
from bpcli.training.update import Update


def build(config: Config, *, dtype: Any = None, scaler: Scaler | None = None) -> tuple[Config, Experiment]:
    """The resolved config, and the experiment it describes, with its weights drawn.

    `dtype` stands in for the config's own, as the gradient check needs; `scaler` (that of a checkpoint) for one
    fitted on the training split. Raises `ConfigError` with paths into the config, and `DataError`.
    """
    dtype = dtype or config.dtype
    resolved = resolve(config, config.data.info())
    dataset = config.data.load(config.seed)
    scaler = scaler or fit_scaler(config.data.scale, dataset.train, dtype)
    encoding = target_encoding(resolved, dataset.info)
    encode = partial(encode_targets, encoding=encoding, classes=len(dataset.info.class_names), dtype=dtype)
    stream = partial(
        Batches, encode=None if config.data.reconstructs else encode, scaler=scaler, seed=config.seed, dtype=dtype
    )
    batches = stream(
        dataset.train,
        batch_size=config.data.batch_size,
        shuffle=config.data.shuffle,
        sampling=config.data.sampling,
        augmentation=config.data.augmentation,
        image_shape=dataset.info.image_shape,
    )
    length = with_length(resolved.schedule, epochs=config.training.epochs, steps_per_epoch=len(batches))
    resolved = replace(resolved, schedule=length)
    splits = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    objective = _objective(
        resolved, dataset.info, dataset.train.targets, dtype, capacity=max(batches.batch_size, BLOCK)
    )
    experiment = Experiment(
        info=dataset.info,
        scaler=scaler,
        objective=objective,
        update=_update(resolved, objective.network),
        schedule=resolved.schedule,
        batches=batches,
        splits={
            name: cache(partial(stream, split, batch_size=BLOCK, shuffle=False))
            for name, split in splits.items()
            if split is not None
        },
        epochs=config.training.epochs,
        evaluate_every=config.training.evaluate_every,
        every_steps=config.checkpoint.every_steps,
        monitor=_monitor(resolved),
        patience=_patience(resolved),
        extra_metrics=resolved.metrics,
        top_k=resolved.top_k,
    )
    require_fitting_targets(resolved, experiment)
    return resolved, experiment


def _objective(config: Config, info: DataInfo, y: Array, dtype: Any, *, capacity: int) -> Objective:
    model = config.model
    network = Network(
        model.layers,
        features=info.features,
        dtype=dtype,
        seed=config.seed,
        capacity=capacity,
        input_noise=model.input_noise,
        input_dropout=model.input_dropout,
    )
    head = _head(config, info, y, dtype, capacity=capacity)
    return Objective(network, head, _penalties(config, network), config.loss.reduction)


def _head(config: Config, info: DataInfo, y: Array, dtype: Any, *, capacity: int) -> Head:
    loss, last = config.loss, config.model.layers[-1]
    if isinstance(loss, WeightedSum):
        return weighted_sum_head(plan_parts(loss, info), y, capacity=capacity, dtype=dtype)
    assert last.activation is not None, "a resolved layer states its activation"
    weights = class_weights(loss, info.class_names, y if info.class_names else None)
    return loss.head(last.activation, capacity=capacity, width=last.units, dtype=dtype, class_weights=weights)


def _penalties(config: Config, network: Network) -> Penalties:
    """Of the weights of each layer, which follow one another."""
    stretches, start = [], 0
    for dense, layer in zip(network.dense, config.model.layers, strict=True):
        stop = start + dense.W.size
        stretches.append((slice(start, stop), Penalty(l2=layer.l2 or 0.0, l1=layer.l1 or 0.0)))
        start = stop
    return penalties(stretches)


def _update(config: Config, network: Network) -> Update:
    limits = tuple(
        (dense.W, layer.max_norm)
        for dense, layer in zip(network.dense, config.model.layers, strict=True)
        if layer.max_norm is not None
    )
    return Update(config.optimizer, config.clipping, MaxNorm(limits), config.average)


def _monitor(config: Config) -> Monitor:
    metric, mode = config.checkpoint.monitor, config.checkpoint.mode
    assert metric is not None
    assert mode is not None
    return Monitor(metric, mode)


def _patience(config: Config) -> Patience | None:
    early = config.early_stopping
    if early is None:
        return None
    assert early.monitor is not None
    assert early.mode is not None
    return Patience(Monitor(early.monitor, early.mode, early.min_delta), early.patience)
