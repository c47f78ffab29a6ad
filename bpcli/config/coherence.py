"""What the keys of a config ask of one another, whatever the data."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from bpcli.config.fields import listed
from bpcli.config.outputs import is_suitable, suitable_outputs
from bpcli.config.sections import Config
from bpcli.data.stream import Stream
from bpcli.errors import Path, Problem
from bpcli.nn.activations import Identity, Softmax
from bpcli.nn.batch_norm import BatchNorm
from bpcli.nn.weighted_sum import WeightedSum

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
    if sgd.nesterov and (not sgd.momentum or sgd.dampening):
        wrong = "momentum greater than 0" if not sgd.momentum else "dampening 0"
        yield Problem(("optimizer", "nesterov"), f"optimizer.nesterov needs {wrong}: set it, or leave nesterov out")


def _monitors(config: Config) -> Iterator[Problem]:
    for section in (config.checkpoint, config.early_stopping):
        metric = section.monitor if section else None
        if metric is not None and not _METRIC.fullmatch(metric):
            key = "checkpoint" if section is config.checkpoint else "early_stopping"
            message = f"{key}.monitor must be <split>_<metric>, such as validation_loss, not '{metric}'"
            yield Problem((key, "monitor"), message)


def _output(config: Config) -> Iterator[Problem]:
    last = config.model.layers[-1]
    activation = last.activation or config.model.output
    at_layer: Path = ("model", "layers", len(config.model.layers) - 1, "activation")
    path = at_layer if last.activation else ("model", "output")
    if isinstance(activation, Softmax) and last.units == 1:
        yield Problem(path, "a softmax of one unit is always 1: write sigmoid, or two units")
        return
    if isinstance(config.loss, WeightedSum):
        if not isinstance(activation, Identity | None):
            yield Problem(path, "each part of a weighted_sum states its own activation: leave it out here")
    elif activation is not None and not is_suitable(config.loss, activation):
        allowed = suitable_outputs(config.loss)
        message = f"{config.loss.name} takes {listed(allowed, 'or')} outputs, not {activation.name}: write {allowed[0]}"
        yield Problem(path, message + (", or loss: mse" if config.loss.name != "hinge" else ", or leave it out"))


def _regularisation(config: Config) -> Iterator[Problem]:
    last = len(config.model.layers) - 1
    if config.model.layers[last].dropout:
        message = "the outputs of the network are compared with the targets, all of them: leave dropout out here"
        yield Problem(("model", "layers", last, "dropout"), message)
    normalized = [layer.normalization or config.model.normalization for layer in config.model.layers[:-1]]
    window = config.data.window if isinstance(config.data, Stream) else None
    if (window or config.data.batch_size) == 1 and any(isinstance(spec, BatchNorm) for spec in normalized):
        message = "batch_norm needs batches of 2 examples or more: set data.batch_size, or write layer_norm"
        yield Problem(("model", "normalization"), message)


def _stream(config: Config) -> Iterator[Problem]:
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


_CHECKS: tuple[tuple[tuple[str, ...], Callable[[Config], Iterator[Problem]]], ...] = (
    (("name",), _name),
    (("optimizer",), _nesterov),
    (("checkpoint", "early_stopping"), _monitors),
    (("model", "loss"), _output),
    (("model", "data"), _regularisation),
    (("data", "training", "loss"), _stream),
)
