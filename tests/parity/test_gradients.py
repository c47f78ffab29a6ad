"""Value and every gradient of small networks, beside those of PyTorch's autograd."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bpcli.checks.cases import (
    ACTIVATIONS,
    BATCH_SIZES,
    CLASSIFIER,
    DEPTHS,
    INITIALIZERS,
    PAIRINGS,
    PENALTIES,
    Pairing,
    make_case,
)
from bpcli.checks.faults import gradient
from bpcli.checks.numerical import STEP
from bpcli.nn.activations import AnyActivation, ReLU, Tanh


def pairing_id(pairing: Pairing) -> str:
    return f"{pairing.loss}-{pairing.output.name}-{pairing.targets}-{pairing.class_weights}"


@pytest.fixture
def agrees(torch: Any, torch_loss: Callable[..., Any], torch_parameters: Callable[..., Any]) -> Callable[..., None]:
    """Value and every gradient of a case."""

    def check(pairing: Pairing, *, hidden: AnyActivation = Tanh(), depth: int = 2, **options: Any) -> None:  # noqa: B008
        case = make_case(pairing, hidden=hidden, depth=depth, **options)
        parameters, penalty = torch_parameters(case), options.get("penalty", PENALTIES[0])
        X, T = torch.from_numpy(case.X), torch.from_numpy(case.T)
        J = torch_loss(parameters, pairing, [hidden] * (depth - 1), X, T)
        for name, tensor in parameters.items():
            if name.endswith(".W"):
                J = J + penalty.l2 / 2 * (tensor**2).sum() + penalty.l1 * tensor.abs().sum()
        J.backward()
        assert case.objective.value(case.X, case.T, STEP) == pytest.approx(J.item(), rel=1e-12)
        gradient(*case[1:])
        for name, grad in case.objective.network.parameters.grads.items():
            np.testing.assert_allclose(grad, parameters[name].grad.numpy(), rtol=1e-10, atol=1e-14, err_msg=name)

    return check


@pytest.mark.parametrize("pairing", PAIRINGS, ids=pairing_id)
def test_every_pairing_with_every_penalty_and_batch_size(agrees: Callable[..., None], pairing: Pairing) -> None:
    for penalty in PENALTIES:
        for batch in BATCH_SIZES:
            agrees(pairing, penalty=penalty, batch=batch)
    agrees(pairing, hidden=ReLU())


@pytest.mark.parametrize("hidden", ACTIVATIONS, ids=str)
def test_every_hidden_activation_with_every_depth_and_initializer(
    agrees: Callable[..., None], hidden: AnyActivation
) -> None:
    for depth in DEPTHS:
        for init in INITIALIZERS:
            agrees(CLASSIFIER, hidden=hidden, depth=depth, init=init)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_every_activation_and_its_derivative_far_and_near(
    torch: Any, torch_activation: Callable[..., Any], activation: AnyActivation, dtype: str
) -> None:
    z = np.concatenate([np.linspace(-12, 12, 480), [-1e-3, 1e-3, -30, 30]]).reshape(-1, 4).astype(dtype)
    theirs = torch.tensor(z, requires_grad=True)
    dA = np.ones_like(z) * np.linspace(1, 2, 4, dtype=dtype)
    output = torch_activation(activation)(theirs)
    (output * torch.from_numpy(dA)).sum().backward()
    A = activation.forward(z)
    close = {"rtol": 1e-12, "atol": 1e-14} if dtype == "float64" else {"rtol": 1e-4, "atol": 5e-6}
    np.testing.assert_allclose(A, output.detach().numpy(), **close)
    np.testing.assert_allclose(activation.backward(z, A, dA), theirs.grad.numpy(), **close)
