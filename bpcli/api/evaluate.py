"""Measure a checkpoint on a split of its data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bpcli.config.build import build
from bpcli.config.load import config_from_data
from bpcli.errors import CheckpointError, UsageError
from bpcli.nn.arrays import Array
from bpcli.training.checkpoint import load_checkpoint, restore_answers
from bpcli.training.evaluate import measure
from bpcli.training.experiment import Experiment
from bpcli.training.metrics import ClassificationMetrics, predicted_classes, target_classes
from bpcli.training.nulls import finite
from bpcli.training.run_folder import checkpoint_at
from bpcli.training.threads import limit_threads

MOST_MISTAKES = 10


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
class ClassScore:
    """How one class fares; precision is NaN for a class never predicted, recall for one with no example."""

    name: str
    precision: float
    recall: float
    examples: int


@dataclass(frozen=True)
class Evaluation:
    """What was measured."""

    checkpoint: Path
    data: str
    split: str
    examples: int
    loss: float
    metrics: dict[str, float]
    class_names: tuple[str, ...]
    """empty for regression, as are the next three"""
    confusion_matrix: tuple[tuple[int, ...], ...]
    """rows are true classes, columns predicted ones"""
    classes: tuple[ClassScore, ...]
    mistakes: tuple[Mistake, ...]
    """the most confident ones first"""

    def to_dict(self) -> dict[str, Any]:
        """The object that `bpcli eval --json` prints; what is not a number is null."""
        return {
            "checkpoint": str(self.checkpoint),
            "data": self.data,
            "split": self.split,
            "examples": self.examples,
            "loss": self.loss,
            "metrics": self.metrics,
            "confusion_matrix": [list(row) for row in self.confusion_matrix] or None,
            "class_names": list(self.class_names) or None,
            "classes": [finite(vars(score)) for score in self.classes],
            "mistakes": [vars(mistake) for mistake in self.mistakes],
        }


def evaluate(checkpoint: str | Path, *, split: str | None = None, overrides: Sequence[str] = ()) -> Evaluation:
    """Measure the weights in `checkpoint` on train, validation or test (default: the last of these there is).

    A run folder stands for its best checkpoint. `overrides` are `key=value` changes to the config inside the
    checkpoint, such as `data.files=DIR`. Raises `CheckpointError`, `ConfigError`, `DataError`, and `UsageError` for
    a split the data do not have.
    """
    saved = load_checkpoint(checkpoint_at(Path(checkpoint)))
    config = config_from_data(saved.config, overrides)
    _, experiment = build(config, scaler=saved.scaler)
    restore_answers(saved, experiment.objective.network)
    if experiment.info.class_names != saved.info.class_names:
        then, now = (", ".join(info.class_names) or "numbers" for info in (saved.info, experiment.info))
        raise CheckpointError(
            f"{saved.path} was trained to tell {then}, but {config.data.name} has {now}: give its own data"
        )
    split = split or list(experiment.splits)[-1]
    if split not in experiment.splits:
        raise UsageError(f"{config.data.name} has no {split} split here: it has {', '.join(experiment.splits)}")
    with limit_threads(1):
        return _evaluate(saved.path, config.data.name, split, experiment)


def _evaluate(path: Path, data: str, split: str, experiment: Experiment) -> Evaluation:
    batches, metrics, names = experiment.splits[split](), experiment.metrics(), experiment.info.class_names
    seen: list[tuple[Array, Array, Array]] = []

    def see(Y: Array, T: Array) -> None:
        predicted = predicted_classes(Y)
        confidence = Y.max(axis=1) if Y.shape[1] > 1 else np.where(predicted == 1, Y[:, 0], 1 - Y[:, 0])
        seen.append((predicted, np.array(target_classes(T)), confidence))

    measured = measure(experiment.objective, batches, metrics, see if names else None)
    by_class = metrics if isinstance(metrics, ClassificationMetrics) else None
    return Evaluation(
        checkpoint=path,
        data=data,
        split=split,
        examples=len(batches.examples),
        loss=measured.pop("loss"),
        metrics=measured,
        class_names=names,
        confusion_matrix=tuple(map(tuple, by_class.confusion.tolist())) if by_class else (),
        classes=tuple(ClassScore(name, *score) for name, score in zip(names, by_class.per_class(), strict=True))
        if by_class
        else (),
        mistakes=_mistakes(seen, batches.examples.rows, names) if names else (),
    )


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
