"""Whether targets are classes or numbers: what a config states goes before what they look like."""

from __future__ import annotations

from dataclasses import replace

from bpcli.config.sections import Config
from bpcli.data.sources.labelled import Labelled, TargetColumn, Task
from bpcli.nn.activations import Sigmoid, Softmax
from bpcli.nn.losses import CrossEntropy, Hinge, KLDivergence, Loss, Poisson
from bpcli.nn.losses.weighted_sum import WeightedSum


def with_task(config: Config) -> Config:
    """State in `data.task` what the targets are, for data that leave it to the loss and the outputs to say.

    Reads the data. A column of which nothing can be told is left to its own error.
    """
    data = config.data
    if not isinstance(data, Labelled) or data.reconstructs or data.task is not None:
        return config
    columns = data.target_columns()
    several = len(columns) > 1
    tasks = [
        stated or (_of_several(config, column) if several else _of_one(config, column))
        for stated, column in zip(data.tasks(len(columns)), columns, strict=True)
    ]
    told = tuple(task for task in tasks if task is not None)
    return replace(config, data=data.with_tasks(told)) if len(told) == len(columns) else config


def _of_one(config: Config, column: TargetColumn) -> Task | None:
    """The task of a single target column."""
    loss, last = config.loss, config.model.layers[-1]
    output = last.activation or config.model.output
    has_output_per_value = last.units > 1 and last.units == column.values
    if column.kind == "words":
        return "classification"
    if column.kind == "mixed" and not has_output_per_value:
        return None
    if _asks_for_classes(config) or isinstance(output, Softmax) or (isinstance(loss, CrossEntropy) and last.units > 1):
        return "classification" if column.kind == "whole" or has_output_per_value else column.guess
    if last.units > 1:
        return "classification" if has_output_per_value else column.guess
    if isinstance(loss, Poisson):
        return "regression"
    if isinstance(loss, CrossEntropy):
        is_binary = column.kind == "whole" and column.values == 2 and output is None
        return "classification" if is_binary else column.guess
    # One output beside a loss that compares numbers tells two classes, or gives a number.
    is_binary = column.values == 2 and isinstance(output, Sigmoid | None)
    return column.guess if is_binary else "regression"


def _asks_for_classes(config: Config) -> bool:
    """Whether a key is there that has a meaning for classes alone."""
    data, loss = config.data, config.loss
    is_weighted = getattr(loss, "class_weights", None) is not None
    return data.one_hot or data.sampling != "none" or is_weighted or isinstance(loss, Hinge | KLDivergence)


def _of_several(config: Config, column: TargetColumn) -> Task | None:
    """The task of one of several target columns: by the part of the loss that reads it, else numbers."""
    if column.kind == "words":
        return "classification"
    if not isinstance(config.loss, WeightedSum):
        return None if column.kind == "mixed" else "regression"
    losses = [part.loss for part in config.loss.parts if column.name in _read_by(part.target, part.name)]
    return _of_part(losses[0], column) if losses else column.guess


def _of_part(loss: Loss, column: TargetColumn) -> Task | None:
    if isinstance(loss, CrossEntropy | Hinge | KLDivergence):
        return "classification" if column.kind in ("whole", "mixed") else column.guess
    return None if column.kind == "mixed" else "regression"


def _read_by(target: str | tuple[str, ...] | None, name: str) -> tuple[str, ...]:
    """The target columns of a part by name."""
    if target is None:
        return (name,)
    return (target,) if isinstance(target, str) else target
