"""Which outputs go with which losses and targets."""

from __future__ import annotations

from collections.abc import Iterator

from bpcli.config.parts import plan_parts
from bpcli.config.sections import Config
from bpcli.config.targets import class_weight_problems
from bpcli.data.dataset import DataInfo
from bpcli.errors import Path, Problem
from bpcli.nn.activations import Sigmoid, Softmax
from bpcli.nn.losses import CrossEntropy, Hinge, KLDivergence
from bpcli.nn.losses.weighted_sum import WeightedSum


def pairing_problems(config: Config, info: DataInfo) -> Iterator[Problem]:
    """What does not go together in a resolved config."""
    if config.model.input != info.features:
        message = f"stated as {config.model.input}, but {config.data.name} has {info.features} features: leave it out"
        yield Problem(("model", "input"), message)
    if isinstance(config.loss, WeightedSum):
        yield from _parts_width_problems(config, config.loss, info)
    elif any(info.target_classes):
        message = "some target columns have classes and some numbers: write loss: {name: weighted_sum, parts: [...]}"
        yield Problem(("loss",), message)
    elif info.class_names:
        yield from _class_width_problems(config, info)
        yield from _class_problems(config, info)
    else:
        yield from _number_width_problems(config, info)
        yield from _number_problems(config, info)


def _at_units(config: Config) -> Path:
    return ("model", "layers", len(config.model.layers) - 1, "units")


def _parts_width_problems(config: Config, loss: WeightedSum, info: DataInfo) -> Iterator[Problem]:
    units, needed = config.model.layers[-1].units, plan_parts(loss, info)[-1].outputs.stop
    if units != needed:
        message = f"the output layer has {units} units, but the parts of the loss need {needed}: write {needed}"
        yield Problem(_at_units(config), message)


def _class_width_problems(config: Config, info: DataInfo) -> Iterator[Problem]:
    data, units, classes = config.data.name, config.model.layers[-1].units, info.classes
    if units == 1 and config.data.one_hot:
        message = f"one-hot targets of {data} need {classes} output units, not 1"
        yield Problem(_at_units(config), f"{message}: write {classes}, or leave out data.one_hot")
    elif units == 1 and isinstance(config.loss, Hinge | KLDivergence):
        yield Problem(_at_units(config), f"{config.loss.name} needs an output unit for every class: write {classes}")
    elif units != classes and not (units == 1 and classes == 2):
        allowed = "1 or 2" if classes == 2 else f"{classes}"
        message = f"the output layer has {units} units, but {data} has {classes} classes: write {allowed}"
        yield Problem(_at_units(config), message)


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
        message = (
            f"{loss.name} compares numbers, but the targets of {config.data.name} are class labels: "
            "write data.one_hot: true, or loss: cross_entropy"
        )
        yield Problem(("loss",), message)
    fused = isinstance(loss, CrossEntropy) and isinstance(last.activation, Sigmoid)
    if fused and last.units > 1 and not config.data.one_hot:
        message = (
            "cross_entropy with several sigmoid outputs needs data.one_hot: true; for classes write output: softmax"
        )
        yield Problem(("loss",), message)


def _number_width_problems(config: Config, info: DataInfo) -> Iterator[Problem]:
    units = config.model.layers[-1].units
    if units != info.targets:
        of_what = "features to give back" if config.data.reconstructs else "target columns"
        message = f"the output layer has {units} units, but {config.data.name} has {info.targets} {of_what}"
        yield Problem(_at_units(config), f"{message}: write {info.targets}")


def _number_problems(config: Config, info: DataInfo) -> Iterator[Problem]:
    loss, targets = config.loss, f"the targets of {config.data.name} are numbers"
    is_stated = isinstance(config.model.layers[-1].activation, Sigmoid | Softmax)
    if isinstance(loss, Hinge) or (isinstance(loss, CrossEntropy) and not is_stated):
        yield Problem(("loss",), f"{loss.name} needs classes, but {targets}: write loss: mse")
    elif isinstance(loss, CrossEntropy) and loss.class_weights is not None:
        yield Problem(("loss", "class_weights"), f"this needs classes, but {targets}: leave it out")
