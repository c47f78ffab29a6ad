"""The same networks in PyTorch, as an independent implementation with derivatives of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from bpcli.checks.cases import Case, Pairing
from bpcli.nn.activations import ELU, GELU, AnyActivation, LeakyReLU
from bpcli.nn.losses import CrossEntropy, Hinge, Huber


@pytest.fixture(scope="session")
def torch() -> Any:
    return pytest.importorskip(
        "torch", reason="PyTorch is not installed: `make parity` installs it and runs these tests"
    )


TorchLoss = Callable[..., Any]


@pytest.fixture(scope="session")
def torch_activation(torch: Any) -> Callable[[AnyActivation], Callable[[Any], Any]]:
    """PyTorch's own function for an activation."""
    F = torch.nn.functional

    def function(activation: AnyActivation) -> Callable[[Any], Any]:
        match activation:
            case LeakyReLU():
                return lambda z: F.leaky_relu(z, activation.slope)
            case ELU():
                return lambda z: F.elu(z, activation.alpha)
            case GELU():
                return lambda z: F.gelu(z, approximate=activation.approximate)
        return {
            "identity": lambda z: z,
            "sigmoid": torch.sigmoid,
            "tanh": torch.tanh,
            "relu": torch.relu,
            "selu": F.selu,
            "softplus": lambda z: F.softplus(z, threshold=1000),
            "softsign": F.softsign,
            "silu": F.silu,
            "hard_sigmoid": lambda z: (z / 6 + 0.5).clamp(0, 1),  # its own has a slope of float32(1/6) in float64 too
            "exponential": torch.exp,
            "softmax": lambda z: torch.softmax(z, dim=1),
        }[activation.name]

    return function


@pytest.fixture(scope="session")
def torch_loss(torch: Any, torch_activation: Callable[..., Any]) -> TorchLoss:
    """The loss of a batch, by PyTorch's own functions, of parameters by bpcli's names."""

    def loss(parameters: dict[str, Any], pairing: Pairing, hidden: Sequence[AnyActivation], X: Any, T: Any) -> Any:
        for i, activation in enumerate(hidden):
            X = torch_activation(activation)(X @ parameters[f"layers.{i}.W"] + parameters[f"layers.{i}.b"])
        Z = X @ parameters[f"layers.{len(hidden)}.W"] + parameters[f"layers.{len(hidden)}.b"]
        total = _sum_of_losses(torch, torch_activation, pairing, Z, T)
        return total / len(T) if pairing.loss.reduction == "mean" else total

    return loss


def _sum_of_losses(torch: Any, torch_activation: Callable[..., Any], pairing: Pairing, Z: Any, T: Any) -> Any:
    """Over the examples of the batch, whatever PyTorch would divide by."""
    F, loss, K = torch.nn.functional, pairing.loss, Z.shape[1]
    weights = None if pairing.class_weights is None else torch.tensor(pairing.class_weights, dtype=Z.dtype)
    Y = torch_activation(pairing.output)(Z)
    if isinstance(loss, CrossEntropy) and pairing.output.name == "softmax":
        return F.cross_entropy(Z, T, weight=weights, label_smoothing=loss.label_smoothing, reduction="sum")
    if isinstance(loss, CrossEntropy):
        if weights is not None:
            weights = weights[0] * (1 - T) + weights[1] * T if K == 1 else (T @ weights)[:, None]
        T = T * (1 - loss.label_smoothing) + loss.label_smoothing / max(K, 2)
        return F.binary_cross_entropy_with_logits(Z, T, weight=weights, reduction="sum")
    if isinstance(loss, Hinge):
        true = T if T.ndim == 1 else T.argmax(dim=1)
        return F.multi_margin_loss(Y, true, margin=loss.margin, weight=weights, reduction="sum")
    if isinstance(loss, Huber):
        return F.huber_loss(Y, T, reduction="sum", delta=loss.delta) / K
    if loss.name == "poisson" and pairing.output.name == "exponential":
        return F.poisson_nll_loss(Z, T, log_input=True, reduction="sum") / K
    return {
        "mse": lambda: F.mse_loss(Y, T, reduction="sum") / K,
        "half_squared_error": lambda: F.mse_loss(Y, T, reduction="sum") / 2,
        "mean_absolute_error": lambda: F.l1_loss(Y, T, reduction="sum") / K,
        "kl_divergence": lambda: F.kl_div(F.log_softmax(Z, dim=1), T, reduction="sum"),
        "poisson": lambda: F.poisson_nll_loss(Y, T, log_input=False, reduction="sum", eps=0) / K,
    }[loss.name]()


@pytest.fixture(scope="session")
def torch_parameters(torch: Any) -> Callable[[Case], dict[str, Any]]:
    """Copies of the parameters of a case, with gradients to be found."""

    def copies(case: Case) -> dict[str, Any]:
        views = case.objective.network.parameters.views
        return {name: torch.tensor(view.copy(), requires_grad=True) for name, view in views.items()}

    return copies
