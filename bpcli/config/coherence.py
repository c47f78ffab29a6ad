"""What the keys of a config ask of one another, whatever the data."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from bpcli.config.sections import Config
from bpcli.errors import Path, Problem
from bpcli.nn.activations import Sigmoid, Softmax
from bpcli.nn.batch_norm import BatchNorm
from bpcli.nn.losses import CrossEntropy
from bpcli.optim.clipping import Clipping
from bpcli.optim.lbfgs import LBFGS
from bpcli.optim.sgd import SGD

_USABLE = re.compile(r"\w[\w .+-]{0,99}(?<![ .])")
_METRIC = re.compile(r"(train|validation|test)_[a-z0-9_]+")


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


def _lbfgs(config: Config) -> Iterator[Problem]:
    if not isinstance(config.optimizer, LBFGS):
        return
    if config.data.batch_size != "full":
        message = "lbfgs goes by the whole training split: set data.batch_size: full, or choose another optimizer"
        yield Problem(("data", "batch_size"), message)
    if config.clipping != Clipping():
        message = "lbfgs measures its steps itself, from the whole gradient: leave clipping out"
        yield Problem(("clipping",), message)


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
    elif isinstance(config.loss, CrossEntropy) and not isinstance(activation, Softmax | Sigmoid | None):
        message = f"cross_entropy takes softmax or sigmoid outputs, not {activation.name}: write softmax, or loss: mse"
        yield Problem(path, message)


def _regularisation(config: Config) -> Iterator[Problem]:
    last = len(config.model.layers) - 1
    if config.model.layers[last].dropout:
        message = "the outputs of the network are compared with the targets, all of them: leave dropout out here"
        yield Problem(("model", "layers", last, "dropout"), message)
    normalized = [layer.normalization or config.model.normalization for layer in config.model.layers[:-1]]
    if config.data.batch_size == 1 and any(isinstance(spec, BatchNorm) for spec in normalized):
        message = "batch_norm needs batches of 2 examples or more: set data.batch_size, or write layer_norm"
        yield Problem(("model", "normalization"), message)


_CHECKS: tuple[tuple[tuple[str, ...], Callable[[Config], Iterator[Problem]]], ...] = (
    (("name",), _name),
    (("optimizer",), _nesterov),
    (("optimizer", "data", "clipping"), _lbfgs),
    (("checkpoint", "early_stopping"), _monitors),
    (("model", "loss"), _output),
    (("model", "data"), _regularisation),
)
