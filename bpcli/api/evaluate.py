"""Measure a checkpoint on a split of its data."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bpcli.api.checkpoint_config import checkpoint_config
from bpcli.api.measured_rows import MeasuredRows, measured_rows
from bpcli.api.requirements import CheckedRequirement, Requirement, parse_requirement
from bpcli.api.start import other_network, require_learned_data
from bpcli.config.load import config_from_data
from bpcli.config.rules.metrics import split_metrics, without_monitors
from bpcli.config.sections import Config
from bpcli.data.batches import Batches
from bpcli.data.lacking import lacking_classes, lacking_warnings
from bpcli.data.sources.stream import Stream
from bpcli.errors import CheckpointError, ConfigError, UsageError
from bpcli.experiment.build import build
from bpcli.experiment.threads import limit_threads
from bpcli.nn.arrays import Array
from bpcli.nn.losses.weighted_sum import WeightedSum
from bpcli.plain_data import finite
from bpcli.runs.checkpoint import Saved, load_checkpoint, restore_answers
from bpcli.runs.folder import checkpoint_at
from bpcli.training.evaluate import measure
from bpcli.training.experiment import Experiment
from bpcli.training.metrics import (
    ALL_METRICS,
    ClassificationMetrics,
    ClassScore,
    RegressionMetrics,
    TargetScore,
    metric_names,
    predicted_classes,
    target_classes,
)


@dataclass(frozen=True)
class Mistake:
    """An example that is classified wrongly."""

    index: int
    """row in the data set"""
    true: str
    predicted: str
    confidence: float
    """the output for the predicted class"""


@dataclass(frozen=True)
class Evaluation:
    """What was measured; a metric that is NaN is undefined for these examples."""

    checkpoint: Path
    data: str
    split: str
    examples: int
    loss: float
    metrics: dict[str, float]
    """all there are for this kind of task"""
    rows: MeasuredRows | None = None
    loss_with: tuple[str, ...] = ()
    """what makes the loss another than the plain one: class weights, label smoothing"""
    top_k: int | None = None
    """of the metric top_k_accuracy; None where it is not measured"""
    class_names: tuple[str, ...] = ()
    """empty for regression, as are the next three"""
    confusion_matrix: tuple[tuple[int, ...], ...] = ()
    """rows are true classes, columns predicted ones"""
    classes: tuple[ClassScore, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    """the most confident ones first"""
    targets: tuple[TargetScore, ...] = ()
    """each target column of a regression that has several, but not too many to look at"""
    requirements: tuple[CheckedRequirement, ...] = ()
    warnings: tuple[str, ...] = ()
    """why the figures may not mean what they seem to"""

    @property
    def unmet(self) -> tuple[CheckedRequirement, ...]:
        """The requirements that were not met."""
        return tuple(checked for checked in self.requirements if not checked.met)

    def to_dict(self) -> dict[str, Any]:
        """The object that `bpcli eval --json` prints; what is not a number is null."""
        return {
            "checkpoint": str(self.checkpoint),
            "data": self.data,
            "split": self.split,
            "examples": self.examples,
            "loss": self.loss,
            "metrics": finite(self.metrics),
            "confusion_matrix": [list(row) for row in self.confusion_matrix] or None,
            "class_names": list(self.class_names) or None,
            "top_k": self.top_k,
            "classes": [finite(vars(score)) for score in self.classes],
            "mistakes": [vars(mistake) for mistake in self.mistakes],
            "targets": [finite(vars(score)) for score in self.targets],
            "loss_with": list(self.loss_with),
            "rows": self.rows.to_dict() if self.rows else None,
            "requirements": [checked.to_dict() for checked in self.requirements],
            "warnings": list(self.warnings),
        }


ALL_SPLITS = ("train", "validation", "test", "all")
MOST_MISTAKES = 10
MOST_TARGETS = 20
"""target columns that are scored one by one; more are a reconstruction, such as of an image"""


def evaluate(
    checkpoint: str | Path,
    *,
    split: str | None = None,
    overrides: Sequence[str] = (),
    require: Sequence[str] = (),
) -> Evaluation:
    """Measure the weights in `checkpoint` on train, validation, test or all rows of a table.

    Without `split` it is the last split there is; of a table that is another than the one it was trained on, all rows,
    unless a fraction is given. A run folder stands for its best checkpoint. `overrides` are `key=value` changes to the
    config inside the checkpoint, such as `data.files=DIR`. `require` holds conditions on what is measured, such as
    "test_accuracy>=0.98". Raises `CheckpointError`, `ConfigError`, `DataError`, and `UsageError` for a split the data
    do not have.
    """
    saved = load_checkpoint(checkpoint_at(Path(checkpoint)))
    with np.errstate(all="ignore"):  # what overflows shows in the loss
        config, experiment = _built(saved, overrides)
    restore_answers(saved, experiment.objective.network)
    if problems := other_network(saved, config, experiment):
        raise CheckpointError(f"cannot measure {saved.path} on {config.data.name}: {'; '.join(problems)}")
    is_same = experiment.data_sha256 == saved.data_sha256
    splits = {**experiment.splits, **({"all": experiment.whole} if experiment.whole else {})}
    if split is None:
        split = (
            "all" if experiment.whole and not is_same and not _splits_anew(overrides) else list(experiment.splits)[-1]
        )
    if split not in splits:
        raise UsageError(f"{config.data.name} has no {split} split here: it has {', '.join(splits)}")
    requirements = [_requirement(text, split, splits, split_metrics(config, experiment.info)) for text in require]
    with limit_threads(1), np.errstate(all="ignore"):
        evaluation = _evaluate(saved.path, config.data.name, split, splits[split](), experiment)
    measured = {"loss": evaluation.loss, **evaluation.metrics}
    examples = splits[split]().examples
    lacking = {split: lacking_classes(examples, experiment.info)}
    if is_same:
        lacking = {"train": experiment.lacking["train"], **lacking}
    rows = measured_rows(
        saved,
        examples,
        experiment.info,
        which="all rows" if split == "all" else "as in training" if is_same else "split otherwise",
        chose_epoch=is_same and split == "validation" and _was_chosen(saved),
        reconstructs=config.data.reconstructs,
        is_training_split=split == "train" and is_same,
    )
    about_rows = () if is_same or split == "train" else rows.warnings
    return replace(
        evaluation,
        rows=rows,
        loss_with=_loss_with(config),
        requirements=tuple(
            CheckedRequirement(requirement, measured[requirement.metric], saved.path, saved.counters.epoch)
            for requirement in requirements
        ),
        warnings=(*about_rows, *lacking_warnings(lacking), *_not_finite(evaluation)),
    )


def _was_chosen(saved: Saved) -> bool:
    """Whether this is the best of several epochs, by what was measured of the validation split."""
    monitor = config_from_data(saved.config).checkpoint.monitor or ""
    return saved.counters.is_best and monitor.startswith("validation_")


def _loss_with(config: Config) -> tuple[str, ...]:
    """What the loss counts differently than the plain one would."""
    losses = [part.loss for part in config.loss.parts] if isinstance(config.loss, WeightedSum) else [config.loss]
    counted = {"class weights": "class_weights", "label smoothing": "label_smoothing"}
    return tuple(words for words, key in counted.items() if any(getattr(loss, key, None) for loss in losses))


def _not_finite(evaluation: Evaluation) -> tuple[str, ...]:
    if math.isfinite(evaluation.loss):
        return ()
    return (
        "the loss is not finite, because some rows hold numbers too large for the network: "
        "all figures count its answers to them as they are",
    )


def _built(saved: Saved, overrides: Sequence[str]) -> tuple[Config, Experiment]:
    """The config and its experiment; of other data with too few rows to be split like the trained ones, without splits.

    Raises `ConfigError`, and `UsageError` for a stream.
    """
    config = without_monitors(checkpoint_config(saved, overrides))
    if isinstance(config.data, Stream):
        raise UsageError(
            "a stream is read once, and has no split to measure: give other data, such as data.name=csv data.file=FILE"
        )
    require_learned_data(saved, config, "measure")
    try:
        return config, build(config, scaler=saved.scaler)[1]
    except ConfigError as error:
        fractions = {f"data.{key}" for key in ("test_fraction", "validation_fraction") if hasattr(config.data, key)}
        if _changed(overrides) & fractions or not {".".join(map(str, p.path)) for p in error.problems} <= fractions:
            raise
        return _built(saved, [*overrides, *(f"{key}=0" for key in sorted(fractions))])


def _changed(overrides: Sequence[str]) -> set[str]:
    """The keys that are changed."""
    return {override.partition("=")[0].strip() for override in overrides}


def _splits_anew(overrides: Sequence[str]) -> bool:
    """Whether changes to a config ask for other splits of the same data, or say what share of other data to measure."""
    changed, fractions = _changed(overrides), {"data.test_fraction", "data.validation_fraction"}
    is_of_other_data = any(key.startswith("data") and key not in fractions for key in changed)
    return bool(changed & fractions) or ("seed" in changed and not is_of_other_data)


def _requirement(text: str, split: str, splits: Collection[str], metrics: list[str]) -> Requirement:
    """A condition on `split`, which is measured; there are other `splits`. Raises `UsageError`."""
    asked, _, rest = text.strip().partition("_")
    if asked != split and asked in splits:
        raise UsageError(
            f"'{text}' is about {_called(asked)}, and this measures {_called(split)}: "
            f"write '{split}_{rest}', or give --split {asked}"
        )
    return parse_requirement(text, {split: metrics})


def _called(split: str) -> str:
    return "all rows" if split == "all" else f"the {split} split"


def _evaluate(path: Path, data: str, split: str, batches: Batches, experiment: Experiment) -> Evaluation:
    info = experiment.info
    metrics = experiment.metrics(metric_names(info.classes, experiment.top_k) if info.classes else ALL_METRICS)
    seen: list[tuple[Array, Array, Array, Array]] = []

    def see(Y: Array, T: Array, scores: Array) -> None:
        predicted = predicted_classes(Y, scores)
        if Y.shape[1] == 1:
            confidence, lead = np.where(predicted == 1, Y[:, 0], 1 - Y[:, 0]), np.abs(scores[:, 0])
        else:
            confidence, lead = Y.max(axis=1), np.ptp(np.partition(scores, -2, axis=1)[:, -2:], axis=1)
        seen.append((predicted, np.array(target_classes(T)), confidence, lead))

    measured = measure(experiment.objective, batches, metrics, see if info.class_names else None)
    evaluation = Evaluation(path, data, split, len(batches.examples), measured.pop("loss"), measured)
    if isinstance(metrics, ClassificationMetrics):
        return replace(
            evaluation,
            top_k=experiment.top_k,
            class_names=info.class_names,
            confusion_matrix=tuple(map(tuple, metrics.confusion.tolist())),
            classes=metrics.per_class(info.class_names),
            mistakes=_mistakes(seen, batches.examples.rows, info.class_names),
        )
    if isinstance(metrics, RegressionMetrics) and 1 < info.targets <= MOST_TARGETS:
        return replace(
            evaluation, targets=metrics.per_target(info.target_names or [str(i) for i in range(info.targets)])
        )
    return evaluation


def _mistakes(
    seen: list[tuple[Array, Array, Array, Array]], rows: Array | None, names: tuple[str, ...]
) -> tuple[Mistake, ...]:
    """The most confident ones; where outputs have rounded to the same confidence, by how far the raw ones lead."""
    predicted, true, confidence, lead = (np.concatenate(parts) for parts in zip(*seen, strict=True))
    wrong = np.flatnonzero(predicted != true)
    wrong = wrong[np.lexsort((-lead[wrong], -confidence[wrong]))][:MOST_MISTAKES]
    return tuple(
        Mistake(
            index=int(i if rows is None else rows[i]),
            true=names[true[i]],
            predicted=names[predicted[i]],
            confidence=float(confidence[i]),
        )
        for i in wrong
    )
