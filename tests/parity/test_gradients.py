from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bpcli.checks.cases import BATCH_SIZES, CLASSIFIER, DEPTHS, INITIALIZERS, PAIRINGS, PENALTIES, Pairing, make_case
from bpcli.checks.faults import gradient
from bpcli.nn.activations import ACTIVATIONS


def pairing_id(pairing: Pairing) -> str:
    return f"{pairing.loss.name}-{pairing.output}-{pairing.targets}"


@pytest.fixture
def agrees(torch: Any, torch_loss: Callable[..., Any], torch_parameters: Callable[..., Any]) -> Callable[..., None]:
    """Value and every gradient of a case, beside those of PyTorch's autograd."""

    def check(pairing: Pairing, *, hidden: str = "tanh", depth: int = 2, **options: Any) -> None:
        case = make_case(pairing, hidden=hidden, depth=depth, **options)  # type: ignore[arg-type]
        parameters, penalty = torch_parameters(case), case.objective.penalty
        X, T = torch.from_numpy(case.X), torch.from_numpy(case.T)
        J = torch_loss(parameters, pairing, [hidden] * (depth - 1), X, T)
        for name, tensor in parameters.items():
            if name.endswith(".W"):
                J = J + penalty.l2 / 2 * (tensor**2).sum() + penalty.l1 * tensor.abs().sum()
        J.backward()
        assert case.objective.value(case.X, case.T) == pytest.approx(J.item(), rel=1e-12)
        gradient(*case[1:])
        for name, grad in case.objective.network.parameters.grads.items():
            np.testing.assert_allclose(grad, parameters[name].grad.numpy(), rtol=1e-10, atol=1e-14, err_msg=name)

    return check


@pytest.mark.parametrize("pairing", PAIRINGS, ids=pairing_id)
def test_every_pairing_with_every_hidden_activation(agrees: Callable[..., None], pairing: Pairing) -> None:
    for hidden in ACTIVATIONS:
        agrees(pairing, hidden=hidden)


@pytest.mark.parametrize("pairing", PAIRINGS, ids=pairing_id)
def test_every_pairing_with_every_penalty_and_batch_size(agrees: Callable[..., None], pairing: Pairing) -> None:
    for penalty in PENALTIES:
        for batch in BATCH_SIZES:
            agrees(pairing, penalty=penalty, batch=batch)


@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_every_hidden_activation_with_every_depth_and_initializer(agrees: Callable[..., None], hidden: str) -> None:
    for depth in DEPTHS:
        for init in INITIALIZERS:
            agrees(CLASSIFIER, hidden=hidden, depth=depth, init=init)
