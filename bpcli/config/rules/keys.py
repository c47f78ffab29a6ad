"""What the keys of a config ask of one another, whatever the data."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from bpcli.config.fields import listed
from bpcli.config.rules.outputs import is_suitable, suitable_outputs
from bpcli.config.sections import Config, watching
from bpcli.data.dataset import DataInfo
from bpcli.data.sources.base import Source
from bpcli.data.sources.stream import Stream
from bpcli.errors import KeyPath, Problem
from bpcli.nn.activations import Identity, Softmax
from bpcli.nn.layers import BatchNorm
from bpcli.nn.losses.weighted_sum import WeightedSum
from bpcli.optim.clipping import Clipping
from bpcli.optim.schedules import Bounded, Cyclical
from bpcli.optim.sgd import SGD


def stream_problems(config: Config) -> Iterator[Problem]:
    """Keys that ask of a stream what it cannot do."""
    stream = config.data
    if not isinstance(stream, Stream):
        return
    if stream.window is not None and stream.window < stream.batch_size:
        yield Problem(("data", "window"), f"the window must hold the {stream.batch_size} new rows of an update")
    if stream.classes is not None and stream.reconstructs:
        yield Problem(("data", "classes"), "the targets are the inputs: leave it out")
    for key, usual, why in _NOT_OF_A_STREAM:
        if getattr(stream, key) != usual:
            yield Problem(("data", key), f"{why}: leave it out")
    if config.training.evaluate_every != 1:
        message = "a stream has a row of the log every data.epoch_size rows: set that, and leave this out"
        yield Problem(("training", "evaluate_every"), message)
    schedule = config.schedule
    if isinstance(schedule, Bounded) and schedule.length is None and config.training.epochs is None:
        message = f"{schedule.name} needs a length, and nobody knows that of a stream: give it, in {schedule.per}s"
        yield Problem(("schedule", "length"), message)
    if config.optimizer.uses_line_search:
        message = f"{config.optimizer.name} needs all examples at once, which a stream never has: choose another"
        yield Problem(("optimizer",), message)
    if isinstance(config.loss, WeightedSum):
        yield Problem(("loss",), "a stream has one objective: name a single loss")
    if getattr(config.loss, "class_weights", None) == "balanced":
        message = "a stream does not say beforehand how frequent its classes are: give each its weight"
        yield Problem(("loss", "class_weights"), message)


_NOT_OF_A_STREAM = (
    ("validation_fraction", 0.0, "a stream has no splits; prequential_loss measures rows before they are learnt from"),
    ("shuffle", False, "the rows of a stream are learnt from in the order in which they arrive"),
    ("sampling", "none", "the rows of a stream are learnt from as they arrive, each class as often as it comes"),
    ("augmentation", None, "the rows of a stream are learnt from as they arrive"),
    (
        "scale",
        "none",
        "rows of a stream cannot be seen before they are learnt from; a run --from a checkpoint has its scaling",
    ),
)


_USABLE = re.compile(r"\w[\w .+-]{0,99}(?<![ .])")
_METRIC = re.compile(r"(train|prequential|validation|test)_[a-z0-9_]+")


def coherence_problems(config: Config, *, except_for: Collection[str] = ()) -> Iterator[Problem]:
    """All that does not go together; nothing is said of the sections named in `except_for`."""
    for sections, check in _CHECKS:
        if not any(section in except_for for section in sections):
            yield from check(config)


def _name(config: Config) -> Iterator[Problem]:
    if config.name is not None and not _USABLE.fullmatch(config.name):
        allowed = "use letters, digits, spaces and . _ + -, a letter or digit first, 100 at most"
        yield Problem(("name",), f"name becomes the name of a folder: {allowed}")


def _nesterov(config: Config) -> Iterator[Problem]:
    sgd = config.optimizer
    if isinstance(sgd, SGD) and sgd.nesterov and (not sgd.momentum or sgd.dampening):
        wrong = "momentum greater than 0" if not sgd.momentum else "dampening 0"
        yield Problem(("optimizer", "nesterov"), f"optimizer.nesterov needs {wrong}: set it, or leave nesterov out")


def _line_search(config: Config) -> Iterator[Problem]:
    if not config.optimizer.uses_line_search:
        return
    if config.data.batch_size != "full" and not isinstance(config.data, Stream):
        message = f"{config.optimizer.name} needs all examples at once: write full"
        yield Problem(("data", "batch_size"), message)
    if config.clipping != Clipping():
        message = f"a clipped gradient is none that {config.optimizer.name} can search along: leave it out"
        yield Problem(("clipping",), message)


def _exp_range(config: Config) -> Iterator[Problem]:
    cycle = config.schedule
    if not isinstance(cycle, Cyclical) or (cycle.shape == "exp_range") == (cycle.gamma < 1):
        return
    if cycle.shape == "exp_range":
        yield Problem(("schedule", "shape"), "exp_range needs a schedule.gamma less than 1, such as 0.99")
    else:
        message = "schedule.gamma lowers the cycles of exp_range alone: write that shape, or leave gamma out"
        yield Problem(("schedule", "gamma"), message)


def _monitors(config: Config) -> Iterator[Problem]:
    for key, section in watching(config).items():
        metric = section.monitor
        if metric is not None and not _METRIC.fullmatch(metric):
            message = f"{key}.monitor must be <split>_<metric>, such as validation_loss, not '{metric}'"
            yield Problem((key, "monitor"), message)


def _output(config: Config) -> Iterator[Problem]:
    last = config.model.layers[-1]
    activation = last.activation or config.model.output
    at_layer: KeyPath = ("model", "layers", len(config.model.layers) - 1, "activation")
    path = at_layer if last.activation else ("model", "output")
    if isinstance(activation, Softmax) and last.units == 1:
        yield Problem(path, "a softmax of one unit is always 1: write sigmoid, or two units")
        return
    if isinstance(config.loss, WeightedSum):
        if not isinstance(activation, Identity | None):
            yield Problem(path, "each part of a weighted_sum states its own activation: leave it out here")
    elif activation is not None and not is_suitable(config.loss, activation):
        allowed = suitable_outputs(config.loss)
        fitting = "sigmoid" if last.units == 1 and "sigmoid" in allowed else allowed[0]
        message = f"{config.loss.name} takes {listed(allowed, 'or')} outputs, not {activation.name}: write {fitting}"
        yield Problem(path, message + (", or loss: mse" if config.loss.name != "hinge" else ", or leave it out"))


def _regularisation(config: Config) -> Iterator[Problem]:
    last = len(config.model.layers) - 1
    if config.model.layers[last].dropout:
        message = "the outputs of the network are compared with the targets, all of them: leave dropout out here"
        yield Problem(("model", "layers", last, "dropout"), message)
    *hidden, output = config.model.layers
    normalized = [*(layer.normalization or config.model.normalization for layer in hidden), output.normalization]
    window = config.data.window if isinstance(config.data, Stream) else None
    if (window or config.data.batch_size) == 1 and any(isinstance(spec, BatchNorm) for spec in normalized):
        message = "batch_norm needs batches of 2 examples or more: set data.batch_size, or write layer_norm"
        yield Problem(("model", "normalization"), message)


def _balanced_twice(config: Config) -> Iterator[Problem]:
    losses = [part.loss for part in config.loss.parts] if isinstance(config.loss, WeightedSum) else [config.loss]
    is_balanced = any(getattr(loss, "class_weights", None) == "balanced" for loss in losses)
    if is_balanced and not isinstance(config.data, Stream) and config.data.sampling != "none":
        message = f"data.sampling: {config.data.sampling} evens out the classes already: leave one of the two out"
        yield Problem(("loss", "class_weights") if not isinstance(config.loss, WeightedSum) else ("loss",), message)


_CHECKS: tuple[tuple[tuple[str, ...], Callable[[Config], Iterator[Problem]]], ...] = (
    (("name",), _name),
    (("optimizer",), _nesterov),
    (("optimizer", "data", "clipping"), _line_search),
    (("schedule",), _exp_range),
    (("checkpoint", "early_stopping", "schedule"), _monitors),
    (("model", "loss"), _output),
    (("model", "data"), _regularisation),
    (("loss", "data"), _balanced_twice),
    (("data", "training", "loss", "schedule", "optimizer"), stream_problems),
)


def data_problems(source: Source, info: DataInfo) -> Iterator[Problem]:
    """Keys that this kind of data cannot follow."""
    targets = f"the targets of {source.name} are {'its inputs' if source.reconstructs else 'numbers'}"
    if not info.class_names:
        for key, is_given in (("one_hot", source.one_hot), ("sampling", source.sampling != "none")):
            if is_given:
                yield Problem(("data", key), f"this needs classes, but {targets}: leave it out")
    augmentation = source.augmentation
    if augmentation is None:
        return
    if info.image_shape is None:
        for key in augmentation.image_keys:
            message = f"{key} needs images, but the examples of {source.name} are rows of numbers: leave it out"
            yield Problem(("data", "augmentation", key), message)
    if augmentation.noise and source.reconstructs:
        message = "the targets are the inputs, with their noise: write model.input_noise, which the inputs alone get"
        yield Problem(("data", "augmentation", "noise"), message)
    if augmentation.mixup and source.reconstructs:
        message = f"mixup mixes inputs with their targets, but {targets}: leave it out"
        yield Problem(("data", "augmentation", "mixup"), message)
