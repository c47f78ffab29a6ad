"""What is measured: which metrics a config asks for, and which there are to ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bpcli.config.rules.objectives import plan_parts
from bpcli.config.sections import Checkpoint, Config, watching
from bpcli.data.dataset import DataInfo
from bpcli.data.sources.stream import Stream
from bpcli.errors import Problem
from bpcli.nn.losses.weighted_sum import WeightedSum
from bpcli.optim.schedules import Constant
from bpcli.training.metrics import metric_names, usual_metrics

USUAL_TOP_K = 5


def logged_metrics(config: Config, info: DataInfo) -> list[str]:
    """The metrics of a row of the log of a resolved config, by full name."""
    measured = {*_losses(config)}
    for prefix, classes in _tasks(config, info):
        measured |= {f"{prefix}{name}" for name in (*usual_metrics(classes), *config.metrics)}
    of_validation = [f"validation_{name}" for name in _of_validation(config, info) if name in measured]
    return [*_of_train(config, info), *of_validation]


def split_metrics(config: Config, info: DataInfo) -> list[str]:
    """What can be measured of a split."""
    of_tasks = [f"{prefix}{name}" for prefix, n in _tasks(config, info) for name in metric_names(n, config.top_k)]
    return [*_losses(config), *of_tasks]


def with_metrics(config: Config, info: DataInfo) -> Config:
    """`top_k` stated, and each metric that is monitored."""
    config = replace(config, top_k=config.top_k or (USUAL_TOP_K if info.classes > USUAL_TOP_K else None))
    if not _has_validation(config, info):
        return config
    monitors = {section.monitor for section in watching(config).values()}
    monitored = [
        name
        for prefix, classes in _tasks(config, info)
        for name in metric_names(classes, config.top_k)
        if f"validation_{prefix}{name}" in monitors and name not in (*usual_metrics(classes), *config.metrics)
    ]
    return replace(config, metrics=(*config.metrics, *dict.fromkeys(monitored)))


def without_monitors(config: Config) -> Config:
    """The config for measuring alone: what a training watched need not be there in other data."""
    return replace(config, metrics=(), checkpoint=Checkpoint(), early_stopping=None, schedule=Constant())


def metric_problems(config: Config, info: DataInfo) -> Iterator[Problem]:
    """Metrics that this run does not have."""
    data = config.data.name
    if config.top_k and not info.class_names:
        yield Problem(("top_k",), f"this needs classes, but the targets of {data} are numbers: leave it out")
    elif config.top_k and config.top_k >= info.classes:
        yield Problem(("top_k",), f"top_k must be less than the {info.classes} classes of {data}, not {config.top_k}")
    if config.metrics and not _has_validation(config, info):
        hint = "set data.validation_fraction, or leave them out"
        if isinstance(config.data, Stream):
            hint = "prequential_loss measures its rows before they are learnt from, so leave them out"
        yield Problem(("metrics",), f"these are measured of the validation split, but {data} has none: {hint}")
    known = list(dict.fromkeys(name for _, n in _tasks(config, info) for name in metric_names(n, config.top_k)))
    for i, name in enumerate(config.metrics):
        if name not in known:
            hint = "; set top_k to have this one" if name == "top_k_accuracy" and info.classes > 2 else ""
            yield Problem(("metrics", i), f"there is no metric '{name}' in this run; it has {', '.join(known)}{hint}")


def monitor_problems(config: Config, info: DataInfo) -> Iterator[Problem]:
    """Monitors of metrics that this run does not have."""
    names = [*_of_train(config, info), *(f"validation_{name}" for name in _of_validation(config, info))]
    for key, section in watching(config).items():
        monitor = section.monitor
        if monitor is not None and monitor not in names:
            yield Problem((key, "monitor"), f"there is no metric '{monitor}' in this run; it has {', '.join(names)}")


def _tasks(config: Config, info: DataInfo) -> list[tuple[str, int]]:
    """What is before the names of its metrics, and the classes (0: numbers), of each part of several objectives."""
    if isinstance(config.loss, WeightedSum):
        return [(f"{plan.part.name}_", len(plan.class_names)) for plan in plan_parts(config.loss, info)]
    return [("", info.classes)]


def _losses(config: Config) -> list[str]:
    """The loss, and that of each part."""
    parts = config.loss.parts if isinstance(config.loss, WeightedSum) else ()
    return ["loss", *(f"{part.name}_loss" for part in parts)]


def _of_train(config: Config, info: DataInfo) -> list[str]:
    split = config.data.measured_as
    names = [f"{split}_loss"]
    for prefix, classes in _tasks(config, info):
        names += [f"{split}_{prefix}loss"] if prefix else []
        names += [f"{split}_{prefix}accuracy"] if classes else []
    return names


def _of_validation(config: Config, info: DataInfo) -> list[str]:
    """What can be measured of the validation split; nothing where there is none."""
    return split_metrics(config, info) if _has_validation(config, info) else []


def _has_validation(config: Config, info: DataInfo) -> bool:
    return bool(config.data.validation_fraction) or info.has_validation
