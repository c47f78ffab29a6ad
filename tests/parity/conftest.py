"""The same networks in PyTorch, as an independent implementation with derivatives of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from bpcli.checks.cases import Case, Pairing


@pytest.fixture(scope="session")
def torch() -> Any:
    return pytest.importorskip(
        "torch", reason="PyTorch is not installed: `make parity` installs it and runs these tests"
    )


TorchLoss = Callable[..., Any]


@pytest.fixture(scope="session")
def torch_loss(torch: Any) -> TorchLoss:
    """The mean loss of a batch, by PyTorch's own functions, of parameters by bpcli's names."""
    F = torch.nn.functional
    activations = {
        "identity": lambda z: z,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": torch.relu,
        "softmax": lambda z: torch.softmax(z, dim=1),
    }

    def loss(parameters: dict[str, Any], pairing: Pairing, hidden: Sequence[str], X: Any, T: Any) -> Any:
        for i, name in enumerate(hidden):
            X = activations[name](X @ parameters[f"layers.{i}.W"] + parameters[f"layers.{i}.b"])
        Z = X @ parameters[f"layers.{len(hidden)}.W"] + parameters[f"layers.{len(hidden)}.b"]
        if pairing.loss.name == "mse":
            return F.mse_loss(activations[pairing.output](Z), T)
        if pairing.loss.name == "half_squared_error":
            return F.mse_loss(activations[pairing.output](Z), T, reduction="sum") / 2 / len(T)
        if pairing.output == "softmax":
            return F.cross_entropy(Z, T)
        return F.binary_cross_entropy_with_logits(Z, T, reduction="sum") / len(T)

    return loss


@pytest.fixture(scope="session")
def torch_parameters(torch: Any) -> Callable[[Case], dict[str, Any]]:
    """Copies of the parameters of a case, with gradients to be found."""

    def copies(case: Case) -> dict[str, Any]:
        views = case.objective.network.parameters.views
        return {name: torch.tensor(view.copy(), requires_grad=True) for name, view in views.items()}

    return copies
