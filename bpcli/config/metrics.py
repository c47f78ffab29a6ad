"""What is measured: which metrics a config asks for, and which there are to ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bpcli.config.sections import Config
from bpcli.data.dataset import DataInfo
from bpcli.errors import Problem
from bpcli.training.metrics import metric_names, usual_metrics

USUAL_TOP_K = 5


def logged_metrics(config: Config, info: DataInfo) -> list[str]:
    """The metrics of a row of the log of a resolved config, by full name."""
    measured = {"loss", *usual_metrics(info.classes), *config.metrics}
    return [*_of_train(info), *(f"validation_{name}" for name in _of_validation(config, info) if name in measured)]


def split_metrics(config: Config, info: DataInfo) -> list[str]:
    """What can be measured of a split."""
    return ["loss", *metric_names(info.classes, config.top_k)]


def with_metrics(config: Config, info: DataInfo) -> Config:
    """`top_k` stated, and each metric that is monitored."""
    config = replace(config, top_k=config.top_k or (USUAL_TOP_K if info.classes > USUAL_TOP_K else None))
    if not _has_validation(config, info):
        return config
    monitors = {section.monitor for section in (config.checkpoint, config.early_stopping) if section}
    monitored = [name for name in metric_names(info.classes, config.top_k) if f"validation_{name}" in monitors]
    measured = {*usual_metrics(info.classes), *config.metrics}
    return replace(config, metrics=(*config.metrics, *(name for name in monitored if name not in measured)))


def metric_problems(config: Config, info: DataInfo) -> Iterator[Problem]:
    """Metrics that this run does not have."""
    data = config.data.name
    if config.top_k and not info.class_names:
        yield Problem(("top_k",), f"this needs classes, but the targets of {data} are numbers: leave it out")
    elif config.top_k and config.top_k >= info.classes:
        yield Problem(("top_k",), f"top_k must be less than the {info.classes} classes of {data}, not {config.top_k}")
    if config.metrics and not _has_validation(config, info):
        message = f"these are measured of the validation split, but {data} has none: set data.validation_fraction"
        yield Problem(("metrics",), f"{message}, or leave them out")
    known = metric_names(info.classes, config.top_k)
    for i, name in enumerate(config.metrics):
        if name not in known:
            hint = "; set top_k to have this one" if name == "top_k_accuracy" and info.classes > 2 else ""
            yield Problem(("metrics", i), f"there is no metric '{name}' in this run; it has {', '.join(known)}{hint}")


def monitor_problems(config: Config, info: DataInfo) -> Iterator[Problem]:
    """Monitors of metrics that this run does not have."""
    names = [*_of_train(info), *(f"validation_{name}" for name in _of_validation(config, info))]
    for section in ("checkpoint", "early_stopping"):
        monitor = getattr(getattr(config, section), "monitor", None)
        if monitor is not None and monitor not in names:
            yield Problem(
                (section, "monitor"), f"there is no metric '{monitor}' in this run; it has {', '.join(names)}"
            )


def _of_train(info: DataInfo) -> list[str]:
    return ["train_loss", "train_accuracy"] if info.class_names else ["train_loss"]


def _of_validation(config: Config, info: DataInfo) -> list[str]:
    """What can be measured of the validation split; nothing where there is none."""
    return split_metrics(config, info) if _has_validation(config, info) else []


def _has_validation(config: Config, info: DataInfo) -> bool:
    return bool(config.data.validation_fraction) or info.has_validation
