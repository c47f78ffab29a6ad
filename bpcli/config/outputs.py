"""Which output activations suit a loss."""

from __future__ import annotations

from bpcli.data.dataset import DataInfo
from bpcli.nn.activations import AnyActivation, Exp, Identity, Sigmoid, Softmax
from bpcli.nn.losses import CrossEntropy, Hinge, KLDivergence, Loss, Poisson

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
