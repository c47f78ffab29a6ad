"""Rules on outputs and targets: which activations suit a loss, its class weights, and whether the targets suit it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from bpcli.config.sections import Config
from bpcli.data.dataset import DataInfo
from bpcli.errors import KeyPath, Problem, config_error, listed
from bpcli.nn.activations import AnyActivation, Exp, Identity, Sigmoid, Softmax
from bpcli.nn.arrays import Array
from bpcli.nn.losses import CrossEntropy, Hinge, KLDivergence, Loss, Poisson
from bpcli.nn.losses.weighted_sum import WeightedOutputLoss, WeightedSum
from bpcli.training.experiment import Experiment

_SUITABLE = {
    "cross_entropy": ("softmax", "sigmoid"),
    "kl_divergence": ("softmax",),
    "hinge": ("identity",),
    "poisson": ("exponential", "softplus"),
}


def suitable_outputs(loss: Loss) -> tuple[str, ...]:
    """The names of the output activations that a loss takes; empty where it takes any."""
    return _SUITABLE.get(loss.name, ())


def is_suitable(loss: Loss, activation: AnyActivation) -> bool:
    allowed = suitable_outputs(loss)
    return not allowed or activation.name in allowed


def default_output(loss: Loss, info: DataInfo, *, units: int, reconstructs: bool) -> AnyActivation:
    """The activation of an output layer that states none."""
    match loss:
        case Poisson():
            return Exp()
        case KLDivergence():
            return Softmax()
        case Hinge():
            return Identity()
        case CrossEntropy() if info.class_names:
            return Softmax() if units > 1 else Sigmoid()
        case CrossEntropy() if reconstructs:
            return Sigmoid()
    return Sigmoid() if info.class_names else Identity()


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


def class_weight_problems(loss: CrossEntropy | Hinge, class_names: tuple[str, ...], at: KeyPath) -> Iterator[Problem]:
    """Weights of classes that there are not; `at` is what stands before `loss` in their places."""
    if loss.class_weights is None or isinstance(loss.class_weights, str):
        return
    for name in loss.class_weights:
        if name not in class_names:
            message = f"there is no class '{name}': there are {listed(class_names) or 'none'}"
            yield Problem((*at, "loss", "class_weights", name), message, at_key=True)


def require_fitting_targets(config: Config, experiment: Experiment) -> None:
    """Raise `ConfigError` for training targets that are numbers, but none that the loss takes for shares or counts.

    The rows of a stream are not there yet, and are not looked at.
    """
    loss, head = config.loss, experiment.objective.loss
    if experiment.info.class_names or "train" not in experiment.splits:
        return
    if not isinstance(loss, WeightedSum):
        activation = config.model.layers[-1].activation
        scaled = ", or data.scale: unit" if config.data.reconstructs else ""
        hint = f"write loss: mse and output: identity{scaled}"
        _require_fitting(loss, activation, experiment, own=lambda T: T, at=("loss",), hint=hint)
    elif isinstance(head, WeightedOutputLoss):
        for i, (part, bound) in enumerate(zip(loss.parts, head.parts, strict=True)):
            if bound.kind == "value":
                at = ("loss", "parts", i, "loss")
                hint = "write loss: mse and activation: identity"
                _require_fitting(part.loss, part.activation, experiment, own=bound.targets, at=at, hint=hint)


def _require_fitting(
    loss: Loss,
    activation: AnyActivation | None,
    experiment: Experiment,
    *,
    own: Callable[[Array], Array],
    at: KeyPath,
    hint: str,
) -> None:
    """Look at the targets of the training split, of which `own` takes those of this loss."""
    if not isinstance(loss, CrossEntropy | KLDivergence | Poisson):
        return
    shares = not isinstance(loss, Poisson) and isinstance(activation, Softmax)
    first = 0
    for _, T in experiment.splits["train"]().epoch(0):
        targets = own(T)
        wrong = targets.min(axis=1) < 0
        if not isinstance(loss, Poisson):
            wrong |= targets.max(axis=1) > 1
        in_range = not wrong.any()
        if shares:
            wrong |= np.abs(targets.sum(axis=1) - 1) > 1e-4
        if wrong.any():
            if shares and in_range:  # several labels an example
                hint = "write loss: cross_entropy and sigmoid outputs"
            limits = "shares that add up to 1" if shares else "in [0, 1]"
            limits = "0 or more" if isinstance(loss, Poisson) else limits
            where = f"row {first + int(wrong.argmax())} of the training split"
            raise config_error(at, f"{loss.name} needs targets that are {limits}, and those in {where} are not: {hint}")
        first += len(T)
