"""Several objectives: which outputs and which target columns each part of a weighted sum has."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from bpcli.config.rules.outputs import (
    class_weight_problems,
    class_weights,
    default_output,
    is_suitable,
    suitable_outputs,
)
from bpcli.data.dataset import DataInfo
from bpcli.errors import ConfigError, KeyPath, Problem, listed
from bpcli.nn.activations import AnyActivation, Sigmoid, Softmax
from bpcli.nn.arrays import Array
from bpcli.nn.losses import CrossEntropy, Hinge, KLDivergence
from bpcli.nn.losses.weighted_sum import BoundPart, Part, TargetKind, WeightedOutputLoss, WeightedSum


@dataclass(frozen=True)
class PartPlan:
    """A part made definite against the data."""

    part: Part
    """with its target and activation stated"""
    columns: tuple[int, ...]
    """of the targets `(M, targets)`"""
    class_names: tuple[str, ...]
    """of its target; empty for numbers"""
    outputs: slice
    """columns of the outputs `(N, K)`"""

    @property
    def kind(self) -> TargetKind:
        if not self.class_names:
            return "value"
        return "index" if self.outputs.stop - self.outputs.start > 1 else "binary"


def plan_parts(loss: WeightedSum, info: DataInfo) -> tuple[PartPlan, ...]:
    """The parts in the order of their outputs. Raises `ConfigError` with all that does not go together."""
    problems = list(_problems(loss, info))
    if problems:
        raise ConfigError(problems)
    plans, start = [], 0
    for part in loss.parts:
        names = _targets(part)
        columns = tuple(info.target_names.index(name) for name in names)
        class_names = info.target_classes[columns[0]] if info.target_classes else ()
        own = replace(info, class_names=class_names, targets=len(columns))
        activation = part.activation or default_output(
            part.loss, own, units=max(2, len(class_names)), reconstructs=False
        )
        stop = start + _units(activation, class_names, columns)
        stated = replace(part, target=names, activation=activation)
        plans.append(PartPlan(stated, columns, class_names, slice(start, stop)))
        start = stop
    return tuple(plans)


def bind_parts(plans: tuple[PartPlan, ...], y: Array) -> WeightedOutputLoss:
    """Bind the loss of each part; classes are balanced by `y (M, targets)` of the training split."""
    parts = []
    for plan in plans:
        part = plan.part
        assert part.activation is not None, "a planned part states its activation"
        labels = y[:, plan.columns[0]].astype(np.intp) if plan.class_names else None
        weights = class_weights(part.loss, plan.class_names, labels)
        loss = part.loss.bind(part.activation, weights)
        parts.append(BoundPart(part.name, loss, part.weight, plan.outputs, plan.columns, plan.kind))
    return WeightedOutputLoss(parts)


def _units(activation: AnyActivation, class_names: tuple[str, ...], columns: tuple[int, ...]) -> int:
    """Outputs of a part: one of two classes by a sigmoid, else one for each class or column."""
    if class_names:
        return 1 if isinstance(activation, Sigmoid) and len(class_names) == 2 else len(class_names)
    return len(columns)


def _targets(part: Part) -> tuple[str, ...]:
    """The target columns of a part by name."""
    if part.target is None:
        return (part.name,)
    return (part.target,) if isinstance(part.target, str) else part.target


def is_part_name(name: str) -> bool:
    """Whether metrics can be called by it."""
    return name.isidentifier() and name == name.lower()


def alike(name: str, names: tuple[str, ...]) -> list[str]:
    """The names whose metrics could be taken for those of `name`."""
    return [other for other in names if other.startswith(f"{name}_")]


def _is_softmax(part: Part) -> bool:
    return isinstance(part.activation, Softmax) or (part.activation is None and isinstance(part.loss, KLDivergence))


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


def _problems(loss: WeightedSum, info: DataInfo) -> Iterator[Problem]:
    if not info.target_names:
        message = "weighted_sum needs several target columns, such as data.target: [a, b] of a csv"
        yield Problem(("loss",), message)
        return
    for name, count in Counter(part.name for part in loss.parts).items():
        if count > 1:
            yield Problem(("loss", "parts"), f"{count} parts are called {name}: give each a name of its own")
    names = tuple(part.name for part in loss.parts)
    for one in names:
        for other in alike(one, names):
            message = f"metrics of {one} could be taken for those of {other}: give them names that do not begin alike"
            yield Problem(("loss", "parts"), message)
    for i, part in enumerate(loss.parts):
        yield from _part_problems(part, info, ("loss", "parts", i))


def _part_problems(part: Part, info: DataInfo, at: KeyPath) -> Iterator[Problem]:
    if not is_part_name(part.name):
        target = "" if part.target is not None else f", and {_quoted(part.name)} as its target"
        message = f"a name for metrics has small letters, digits and _: write such a one{target}"
        yield Problem((*at, "name"), message)
    unknown = [name for name in _targets(part) if name not in info.target_names]
    if unknown:
        message = f"there is no target column '{unknown[0]}': there are {listed(info.target_names)}"
        yield Problem((*at, "target") if part.target is not None else (*at, "name"), message)
        return
    columns = [info.target_names.index(name) for name in _targets(part)]
    classes = [info.target_classes[column] if info.target_classes else () for column in columns]
    if len(columns) > 1 and any(classes):
        yield Problem((*at, "target"), "a column of classes has a part to itself: give each of these its own part")
        return
    if part.activation is not None and not is_suitable(part.loss, part.activation):
        allowed = " or ".join(suitable_outputs(part.loss))
        message = f"{part.loss.name} takes {allowed} outputs, not {part.activation.name}: leave it out"
        yield Problem((*at, "activation"), message)
    if part.loss.reduction != "mean":
        yield Problem((*at, "loss"), "the parts share one reduction: write it beside parts, as loss.reduction")
    if isinstance(part.loss, CrossEntropy | Hinge):
        yield from class_weight_problems(part.loss, classes[0], at)
    by_class = isinstance(part.loss, CrossEntropy | Hinge)
    if classes[0] and not (by_class or isinstance(part.loss, KLDivergence)):
        message = f"{part.loss.name} compares numbers, but {_targets(part)[0]} has classes: write loss: cross_entropy"
        yield Problem((*at, "loss"), message)
    elif not classes[0] and by_class:
        message = f"{part.loss.name} needs classes, but {_targets(part)[0]} has numbers: write loss: mse"
        yield Problem((*at, "loss"), message)
    elif len(columns) == 1 and not classes[0] and _is_softmax(part):
        why = f"a softmax of one output is always 1, and {_targets(part)[0]} is one column of numbers"
        yield Problem((*at, "loss"), f"{why}: write loss: mse, and no activation")
    elif isinstance(part.activation, Sigmoid) and len(classes[0]) > 2:
        message = f"a sigmoid tells two classes, but {_targets(part)[0]} has {len(classes[0])}: write softmax"
        yield Problem((*at, "activation"), message)
