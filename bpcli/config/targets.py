"""What a loss needs to know of the targets, and whether they suit it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bpcli.config.sections import Config
from bpcli.errors import Path, Problem, config_error
from bpcli.nn.activations import Softmax
from bpcli.nn.arrays import Array
from bpcli.nn.losses import CrossEntropy, Hinge, KLDivergence, Loss, Poisson
from bpcli.nn.weighted_sum import WeightedSum
from bpcli.training.experiment import Experiment


def class_weights(loss: Loss | WeightedSum, class_names: tuple[str, ...], labels: Array | None) -> Array | None:
    """The weight of each class `(classes,)`, by the class indices `labels (M,)` of the training split; or None.

    balanced: N / (K n_c), so that a weighted mean over the training split counts every class alike; a class without an
    example has weight 0.
    """
    stated = getattr(loss, "class_weights", None)
    if stated is None or labels is None:
        return None
    if stated == "balanced":
        counts = np.bincount(labels, minlength=len(class_names))
        return np.where(counts > 0, len(labels) / (len(class_names) * np.maximum(counts, 1)), 0.0)
    return np.array([float(stated.get(name, 1.0)) for name in class_names])


def class_weight_problems(loss: CrossEntropy | Hinge, class_names: tuple[str, ...], at: Path) -> Iterator[Problem]:
    """Weights of classes that there are not; `at` is what stands before `loss` in their places."""
    if loss.class_weights is None or isinstance(loss.class_weights, str):
        return
    for name in loss.class_weights:
        if name not in class_names:
            message = f"there is no class '{name}': there are {', '.join(class_names) or 'none'}"
            yield Problem((*at, "loss", "class_weights", name), message, at_key=True)


def require_fitting_targets(config: Config, experiment: Experiment) -> None:
    """Raise `ConfigError` for training targets that are numbers, but none that the loss takes for shares or counts."""
    loss = config.loss
    if experiment.info.class_names or not isinstance(loss, CrossEntropy | KLDivergence | Poisson):
        return
    shares = not isinstance(loss, Poisson) and isinstance(config.model.layers[-1].activation, Softmax)
    first = 0
    for _, T in experiment.splits["train"]().epoch(0):
        wrong = T.min(axis=1) < 0
        if not isinstance(loss, Poisson):
            wrong |= T.max(axis=1) > 1
        if shares:
            wrong |= np.abs(T.sum(axis=1) - 1) > 1e-4
        if wrong.any():
            limits = "shares that add up to 1" if shares else "in [0, 1]"
            limits = "0 or more" if isinstance(loss, Poisson) else limits
            hint = ", or data.scale: unit" if config.data.reconstructs else ""
            where = f"row {first + int(wrong.argmax())} of the training split"
            message = f"{loss.name} needs targets that are {limits}, and those in {where} are not"
            raise config_error(("loss",), f"{message}: write loss: mse{hint}")
        first += len(T)
