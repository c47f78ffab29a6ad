"""Measure a checkpoint on a split of its data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bpcli.api.checkpoint_config import checkpoint_config
from bpcli.api.evaluation import Evaluation, Mistake
from bpcli.api.other_data import other_data
from bpcli.config.build import build
from bpcli.config.metrics import without_monitors
from bpcli.data.stream import Stream
from bpcli.errors import CheckpointError, UsageError
from bpcli.nn.arrays import Array
from bpcli.training.checkpoint import load_checkpoint, restore_answers
from bpcli.training.evaluate import measure
from bpcli.training.experiment import Experiment
from bpcli.training.metrics import (
    ALL_METRICS,
    ClassificationMetrics,
    RegressionMetrics,
    metric_names,
    predicted_classes,
    target_classes,
)
from bpcli.training.run_folder import checkpoint_at
from bpcli.training.threads import limit_threads

MOST_MISTAKES = 10
MOST_TARGETS = 20
"""target columns that are scored one by one; more are a reconstruction, such as of an image"""


def evaluate(checkpoint: str | Path, *, split: str | None = None, overrides: Sequence[str] = ()) -> Evaluation:
    """Measure the weights in `checkpoint` on train, validation or test (default: the last of these there is).

    A run folder stands for its best checkpoint. `overrides` are `key=value` changes to the config inside the
    checkpoint, such as `data.files=DIR`. Raises `CheckpointError`, `ConfigError`, `DataError`, and `UsageError` for
    a split the data do not have.
    """
    saved = load_checkpoint(checkpoint_at(Path(checkpoint)))
    config = without_monitors(checkpoint_config(saved, overrides))
    if isinstance(config.data, Stream):
        raise UsageError(
            "a stream is read once, and has no split to measure: give other data, such as data.name=csv data.file=FILE"
        )
    with np.errstate(all="ignore"):  # what overflows shows in the loss
        _, experiment = build(config, scaler=saved.scaler)
    restore_answers(saved, experiment.objective.network)
    if problems := other_data(saved, experiment):
        raise CheckpointError(f"cannot measure {saved.path} on {config.data.name}: {'; '.join(problems)}")
    split = split or list(experiment.splits)[-1]
    if split not in experiment.splits:
        raise UsageError(f"{config.data.name} has no {split} split here: it has {', '.join(experiment.splits)}")
    with limit_threads(1), np.errstate(all="ignore"):  # what overflows shows in the loss
        evaluation = _evaluate(saved.path, config.data.name, split, experiment)
    gives_data = any(override.strip().startswith("data.") for override in overrides)
    if split == "train" or gives_data or experiment.data_sha256 == saved.data_sha256:
        return evaluation
    return replace(evaluation, warnings=(f"{_CHANGED}: the {split} split may hold examples it has learnt from",))


_CHANGED = "the data are not those it was trained on, or are split otherwise"


def _evaluate(path: Path, data: str, split: str, experiment: Experiment) -> Evaluation:
    info, batches = experiment.info, experiment.splits[split]()
    metrics = experiment.metrics(metric_names(info.classes, experiment.top_k) if info.classes else ALL_METRICS)
    seen: list[tuple[Array, Array, Array]] = []

    def see(Y: Array, T: Array) -> None:
        predicted = predicted_classes(Y)
        confidence = Y.max(axis=1) if Y.shape[1] > 1 else np.where(predicted == 1, Y[:, 0], 1 - Y[:, 0])
        seen.append((predicted, np.array(target_classes(T)), confidence))

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
    seen: list[tuple[Array, Array, Array]], rows: Array | None, names: tuple[str, ...]
) -> tuple[Mistake, ...]:
    predicted, true, confidence = (np.concatenate(parts) for parts in zip(*seen, strict=True))
    wrong = np.flatnonzero(predicted != true)
    wrong = wrong[np.argsort(-confidence[wrong], kind="stable")][:MOST_MISTAKES]
    return tuple(
        Mistake(
            index=int(i if rows is None else rows[i]),
            true=names[true[i]],
            predicted=names[predicted[i]],
            confidence=float(confidence[i]),
        )
        for i in wrong
    )
