"""A config made real: data loaded, network built, everything the training loop needs in one object."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

from bpcli.config.rules.objectives import bind_parts, plan_parts
from bpcli.config.rules.outputs import class_weights, require_fitting_targets
from bpcli.config.sections import Config
from bpcli.data.batches import Batches
from bpcli.data.dataset import DataInfo
from bpcli.data.lacking import lacking_classes
from bpcli.data.magnitudes import require_representable
from bpcli.data.memory import memory_for
from bpcli.data.sampling import Sampler
from bpcli.data.scaling import UNSCALED, Scaler, fit_scaler
from bpcli.data.sources.stream import Stream
from bpcli.data.stream_batches import StreamBatches
from bpcli.data.targets import encode_targets, no_labels
from bpcli.experiment.footprint import require_room
from bpcli.experiment.resolve import resolve, target_encoding, with_length_stated
from bpcli.experiment.task import with_task
from bpcli.nn.arrays import Array
from bpcli.nn.losses import OutputLoss
from bpcli.nn.losses.weighted_sum import WeightedSum
from bpcli.nn.network import Network
from bpcli.optim.clipping import MaxNorm
from bpcli.optim.penalties import Penalties, Penalty, penalties
from bpcli.training.evaluate import BLOCK
from bpcli.training.experiment import Experiment
from bpcli.training.monitor import Monitor, Patience
from bpcli.training.objective import Objective
from bpcli.training.update import Update


def build(
    config: Config, *, dtype: Any = None, scaler: Scaler | None = None, first_step: int = 0
) -> tuple[Config, Experiment]:
    """The resolved config, and the experiment it describes, with its weights drawn.

    `dtype` stands in for the config's own, as the gradient check needs; `scaler` (that of a checkpoint) for one
    fitted on the training split. The count of updates begins at `first_step`. Raises `ConfigError` with paths into the
    config, and `DataError`.
    """
    dtype = dtype or config.dtype
    with memory_for("read the data", _FEWER_ROWS):
        config = with_task(config)
        info = config.data.info()
    resolved = resolve(config, info)
    if scaler:
        scaler.require_fitting(info.features)
    make = _stream if isinstance(config.data, Stream) else _splits
    with memory_for("read and scale the data", _FEWER_ROWS):
        data = make(resolved, dtype, scaler)
    batches = data.batches
    resolved = with_length_stated(resolved, steps_per_epoch=len(batches), first_step=first_step)
    with memory_for("make the network", "write fewer units or a smaller data.batch_size"):
        objective = _objective(resolved, data.info, data.labels, dtype)
    experiment = Experiment(
        info=data.info,
        scaler=batches.scaler,
        objective=objective,
        update=_update(resolved, objective.network),
        schedule=resolved.schedule,
        batches=batches,
        splits=data.splits,
        whole=data.whole,
        epochs=resolved.training.epochs,
        evaluate_every=config.training.evaluate_every,
        every_steps=config.checkpoint.every_steps,
        monitor=_monitor(resolved),
        patience=_patience(resolved),
        extra_metrics=resolved.metrics,
        top_k=resolved.top_k,
        measured_as=config.data.measured_as,
        lacking=data.lacking,
    )
    require_fitting_targets(resolved, experiment)
    return resolved, experiment


_FEWER_ROWS = "learn from fewer rows or columns"


class _Data(NamedTuple):
    """What a network learns from."""

    info: DataInfo
    batches: Batches | StreamBatches
    splits: dict[str, Callable[[], Batches]]
    whole: Callable[[], Batches] | None
    labels: Array
    """of the training split, as far as they are known beforehand"""
    lacking: dict[str, tuple[str, ...]]
    """classes without an example, by split"""


def _splits(config: Config, dtype: Any, scaler: Scaler | None) -> _Data:
    """A data set that is there as a whole."""
    source = config.data
    dataset = source.load(config.seed)
    rows = Sampler(dataset.train.targets, source.sampling).size
    batch = rows if source.batch_size == "full" else min(source.batch_size, rows)
    require_room(config, dataset.info.features, dtype, examples=dataset.train, batch=batch)
    scaler = scaler or fit_scaler(source.scale, dataset.train, dtype)
    require_representable(dataset, scaler, dtype)
    batches = partial(
        Batches,
        encode=_encode(config, dataset.info, dtype),
        scaler=scaler,
        seed=config.seed,
        dtype=dtype,
    )
    training = batches(
        dataset.train,
        batch_size=source.batch_size,
        shuffle=source.shuffle,
        sampling=source.sampling,
        augmentation=source.augmentation,
        image_shape=dataset.info.image_shape,
    )
    measured = partial(batches, batch_size=BLOCK, shuffle=False)
    splits: dict[str, Callable[[], Batches]] = {
        name: cache(partial(measured, split)) for name, split in dataset.splits.items()
    }
    whole = cache(partial(measured, dataset.whole)) if dataset.whole else None
    lacking: dict[str, tuple[str, ...]] = {
        name: lacking_classes(split, dataset.info) for name, split in dataset.splits.items()
    }
    return _Data(dataset.info, training, splits, whole, dataset.train.targets, lacking)


def _stream(config: Config, dtype: Any, scaler: Scaler | None) -> _Data:
    """Rows that arrive."""
    stream = config.data
    assert isinstance(stream, Stream)
    info = stream.info()
    require_room(config, info.features, dtype, examples=None, batch=max(stream.window or 0, stream.batch_size))
    encode = _encode(config, info, dtype)
    batches = StreamBatches(stream, info, encode=encode, scaler=scaler or UNSCALED, dtype=dtype)
    return _Data(info, batches, {}, None, no_labels(info), {})


def _encode(config: Config, info: DataInfo, dtype: Any) -> Callable[[Array], Array] | None:
    """From labels to targets of the loss; None where the inputs are the targets."""
    if config.data.reconstructs:
        return None
    return partial(encode_targets, encoding=target_encoding(config, info), classes=len(info.class_names), dtype=dtype)


def _objective(config: Config, info: DataInfo, y: Array, dtype: Any) -> Objective:
    model = config.model
    network = Network(
        model.layers,
        features=info.features,
        dtype=dtype,
        seed=config.seed,
        input_noise=model.input_noise,
        input_dropout=model.input_dropout,
    )
    return Objective(network, _output_loss(config, info, y), _penalties(config, network), config.loss.reduction)


def _output_loss(config: Config, info: DataInfo, y: Array) -> OutputLoss:
    loss, last = config.loss, config.model.layers[-1]
    if isinstance(loss, WeightedSum):
        return bind_parts(plan_parts(loss, info), y)
    assert last.activation is not None, "a resolved layer states its activation"
    weights = class_weights(loss, info.class_names, y if info.class_names else None)
    return loss.bind(last.activation, weights)


def _penalties(config: Config, network: Network) -> Penalties:
    """Join the penalties of the weights of each layer."""
    parameters = network.parameters
    return penalties(
        [
            (parameters.places[name], Penalty(l2=layer.l2 or 0.0, l1=layer.l1 or 0.0))
            for i, layer in enumerate(config.model.layers)
            for name in parameters.weights_of(f"layers.{i}")
        ]
    )


def _update(config: Config, network: Network) -> Update:
    parameters = network.parameters
    limits = tuple(
        (parameters.views[name], layer.max_norm)
        for i, layer in enumerate(config.model.layers)
        for name in parameters.weights_of(f"layers.{i}")
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
