"""Which outputs go with which losses and targets."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bpcli.config.rules.objectives import alike, is_part_name, plan_parts
from bpcli.config.rules.outputs import class_weight_problems
from bpcli.config.sections import Config
from bpcli.data.dataset import DataInfo
from bpcli.data.labels import join_hint, look_alike, value_of
from bpcli.data.sources.labelled import Labelled
from bpcli.data.sources.stream import Stream
from bpcli.errors import KeyPath, Problem
from bpcli.nn.activations import Sigmoid, Softmax
from bpcli.nn.losses import CrossEntropy, Hinge, KLDivergence, Poisson
from bpcli.nn.losses.weighted_sum import WeightedSum

MOST_COMPARED = 200
"""classes among which two spellings of one are looked for"""


def pairing_problems(config: Config, info: DataInfo) -> Iterator[Problem]:
    """What does not go together in a resolved config."""
    if config.model.input != info.features:
        message = f"stated as {config.model.input}, but {config.data.name} has {info.features} features: leave it out"
        yield Problem(("model", "input"), message)
    if isinstance(config.loss, WeightedSum):
        yield from _parts_width_problems(config, config.loss, info)
    elif any(info.target_classes):
        message = f"some of the target columns hold classes, which need a loss each: write loss: {_parts_for(info)}"
        yield Problem(("loss",), message)
    elif info.class_names:
        yield from _class_width_problems(config, info)
        yield from _class_problems(config, info)
    else:
        yield from _number_width_problems(config, info)
        yield from _number_problems(config, info)


def _at_units(config: Config) -> KeyPath:
    return ("model", "layers", len(config.model.layers) - 1, "units")


def _parts_width_problems(config: Config, loss: WeightedSum, info: DataInfo) -> Iterator[Problem]:
    units, needed = config.model.layers[-1].units, plan_parts(loss, info)[-1].outputs.stop
    if units != needed:
        message = f"the output layer has {units} units, but the parts of the loss need {needed}: write {needed}"
        yield Problem(_at_units(config), message)


def _parts_for(info: DataInfo) -> str:
    """A weighted sum with a part for each target column, as it is written in a config."""
    written = []
    for place, (column, class_names) in enumerate(zip(info.target_names, info.target_classes, strict=True)):
        loss = "cross_entropy" if class_names else "mse"
        name = column if is_part_name(column) and not alike(column, info.target_names) else f"part{place}"
        target = "" if name == column else f", target: {json.dumps(column, ensure_ascii=False)}"
        written.append(f"{{name: {name}{target}, loss: {loss}}}")
    return f"{{name: weighted_sum, parts: [{', '.join(written)}]}}"


def _class_width_problems(config: Config, info: DataInfo) -> Iterator[Problem]:
    data, units, classes = config.data.name, config.model.layers[-1].units, info.classes
    if units == 1 and config.data.one_hot:
        message = f"one-hot targets of {data} need {classes} output units, not 1: write {classes}"
        yield Problem(_at_units(config), message + (", or leave out data.one_hot" if classes == 2 else ""))
    elif units == 1 and isinstance(config.loss, Hinge | KLDivergence):
        yield Problem(_at_units(config), f"{config.loss.name} needs an output unit for every class: write {classes}")
    elif units != classes and not (units == 1 and classes == 2):
        allowed = "1 or 2" if classes == 2 else f"{classes}"
        has = f"{units} unit{'s' * (units > 1)}"
        message = f"the output layer has {has}, but {data} has {classes} classes: write {allowed}"
        yield Problem(_at_units(config), message + _if_numbers(config, info) + _if_one_class(config, info))


def _if_numbers(config: Config, info: DataInfo) -> str:
    """What to write where labels that are numbers, or look like some, are no classes, but what to predict."""
    data = config.data
    asks_for_classes = data.one_hot or data.sampling != "none" or isinstance(config.loss, Hinge)
    is_guess = isinstance(data, Labelled) and data.classes is None and not data.class_aliases
    odd = [name for name in info.class_names if value_of(name) is None]
    if asks_for_classes or not is_guess or not all(map(_has_digits_alone, odd)):
        return ""
    if odd:
        return f"; if these are numbers to predict, write them with digits and a point alone, not {odd[0]!r}"
    return "; for a number to predict, write data.task: regression, loss: mse, 1 unit and output: identity"


def _has_digits_alone(label: str) -> bool:
    """Whether there are digits and no letters, as in 1,000, $5.00 or 12 %."""
    return any(map(str.isdecimal, label)) and not any(map(str.isalpha, label))


def _if_one_class(config: Config, info: DataInfo) -> str:
    """What to write where two of the classes are one that is spelled in two ways."""
    names = info.class_names
    if not isinstance(config.data, Labelled) or config.data.classes is not None or len(names) > MOST_COMPARED:
        return ""
    joined: dict[str, str] = {}
    for place, name in enumerate(names):
        if original := look_alike(name, [other for other in names[:place] if other not in joined]):
            joined[name] = original
    return f"; {join_hint(joined, config.data.spellings().aliases)}" if joined else ""


def _class_problems(config: Config, info: DataInfo) -> Iterator[Problem]:
    loss, last = config.loss, config.model.layers[-1]
    is_mixed = config.data.augmentation is not None and config.data.augmentation.mixup > 0
    if isinstance(loss, Hinge) and is_mixed:
        message = "mixup makes shares of classes, which hinge cannot compare with: write loss: cross_entropy"
        yield Problem(("data", "augmentation", "mixup"), message)
    if isinstance(loss, CrossEntropy | Hinge):
        yield from class_weight_problems(loss, info.class_names, ())
    by_class = isinstance(loss, CrossEntropy | Hinge | KLDivergence)
    if not by_class and last.units > 1 and not config.data.one_hot:
        message = f"{loss.name} compares numbers, but the targets of {config.data.name} are class labels"
        one_hot = "" if isinstance(loss, Poisson) else "data.one_hot: true, or "
        yield Problem(("loss",), f"{message}: write {one_hot}loss: cross_entropy")
    fused = isinstance(loss, CrossEntropy) and isinstance(last.activation, Sigmoid)
    if fused and last.units > 1 and not config.data.one_hot:
        message = "cross_entropy with several sigmoid outputs needs data.one_hot: true"
        yield Problem(("loss",), f"{message}; for one class an example write softmax in the place of sigmoid")


def _number_width_problems(config: Config, info: DataInfo) -> Iterator[Problem]:
    last, units = config.model.layers[-1], config.model.layers[-1].units
    if units != info.targets and not (info.targets == 1 and isinstance(last.activation, Softmax)):
        of_what = "features to give back" if config.data.reconstructs else f"target column{'s' * (info.targets > 1)}"
        has = f"{units} unit{'s' * (units > 1)}"
        message = f"the output layer has {has}, but {config.data.name} has {info.targets} {of_what}"
        yield Problem(_at_units(config), f"{message}: write {info.targets}")


def _number_problems(config: Config, info: DataInfo) -> Iterator[Problem]:
    loss, output = config.loss, config.model.layers[-1].activation
    targets = f"the targets of {config.data.name} are numbers"
    if info.targets == 1 and isinstance(output, Softmax):
        message = f"softmax outputs tell classes, but {targets}: write loss: mse, 1 unit and output: identity"
        yield Problem(("loss",), message + _if_classes(config))
    elif isinstance(loss, Hinge) or (isinstance(loss, CrossEntropy) and not isinstance(output, Sigmoid | Softmax)):
        message = f"{loss.name} needs classes, but {targets}: write loss: mse"
        if info.targets > 1 and isinstance(loss, CrossEntropy):
            message += ", or output: sigmoid for numbers from 0 to 1 (softmax where those of a row add up to 1)"
        yield Problem(("loss",), message + (_if_classes(config) if info.targets == 1 else ""))
    elif isinstance(loss, CrossEntropy) and loss.class_weights is not None:
        yield Problem(("loss", "class_weights"), f"this needs classes, but {targets}: leave it out")


def _if_classes(config: Config) -> str:
    """What to write where the numbers of a target column are the labels of classes."""
    data = config.data
    if data.reconstructs or not isinstance(data, Labelled | Stream):
        return ""
    key = "data.task: classification" if isinstance(data, Labelled) else "data.classes: [0, 1], the labels there are"
    return f"; if each of them is a class, write {key}, and a unit for each class"
