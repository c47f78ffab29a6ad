from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bpcli.checks.cases import CLASSIFIER, Pairing, make_case
from bpcli.nn.activations import Sigmoid, Tanh
from bpcli.nn.losses import HalfSquaredError
from bpcli.optim.penalties import Penalty
from bpcli.optim.schedules import Constant, Exponential, InverseTime, Schedule, Step, learning_rate
from bpcli.optim.sgd import SGD

STEPS = 50
BATCH = 4
HIDDEN = Tanh()
REGRESSION = Pairing(HalfSquaredError(), Sigmoid(), "values")

Follow = Callable[..., None]


@pytest.fixture
def follows(torch: Any, torch_loss: Callable[..., Any], torch_parameters: Callable[..., Any]) -> Follow:
    """Trains a network with bpcli and with PyTorch side by side, on the same mini-batches, a short one among them."""

    def check(
        optimizer: SGD,
        *,
        pairing: Pairing = CLASSIFIER,
        penalty: Penalty = Penalty(),  # noqa: B008
        schedule: Schedule = Constant(),  # noqa: B008
        scheduler: Callable[[Any], Any] | None = None,
    ) -> None:
        case = make_case(pairing, hidden=HIDDEN, depth=3, batch=11, penalty=penalty)
        theirs = torch_parameters(case)
        peer = torch_optimizer(torch, theirs, optimizer, penalty)
        rates = scheduler(peer) if scheduler else None
        ours, slots = case.objective.network.parameters, optimizer.init(case.objective.network.parameters.theta)
        for step in range(STEPS):
            start = step * BATCH % 12
            X, T = case.X[start : start + BATCH], case.T[start : start + BATCH]
            loss = case.objective.forward(X, T) / len(X)
            rate = learning_rate(optimizer.learning_rate, schedule, epoch=0, step=step)
            case.objective.backward(len(X))
            optimizer.update(slots, ours.theta, ours.grad, learning_rate=rate, step=step)

            peer.zero_grad()
            peer_loss = torch_loss(theirs, pairing, [HIDDEN] * 2, torch.from_numpy(X), torch.from_numpy(T))
            l1 = sum(tensor.abs().sum() for name, tensor in theirs.items() if name.endswith(".W"))
            (peer_loss + penalty.l1 * l1).backward()
            peer.step()
            if rates:
                rates.step()
            assert loss == pytest.approx(peer_loss.item(), abs=1e-10)
            for name, view in ours.views.items():
                np.testing.assert_allclose(view, theirs[name].detach().numpy(), rtol=0, atol=1e-10, err_msg=name)

    return check


def torch_optimizer(torch: Any, parameters: dict[str, Any], optimizer: SGD, penalty: Penalty) -> Any:
    """PyTorch's SGD, with L2 on the weights alone and a velocity that starts at zero as ours does."""
    peer = torch.optim.SGD(
        [
            {"params": [p for name, p in parameters.items() if name.endswith(".W")], "weight_decay": penalty.l2},
            {"params": [p for name, p in parameters.items() if name.endswith(".b")]},
        ],
        lr=optimizer.learning_rate,
        momentum=optimizer.momentum,
        dampening=optimizer.dampening,
        nesterov=optimizer.nesterov,
    )
    if optimizer.momentum:
        for tensor in parameters.values():
            peer.state[tensor]["momentum_buffer"] = torch.zeros_like(tensor)
    return peer


OPTIMIZERS = [
    SGD(learning_rate=0.5),
    SGD(learning_rate=0.3, momentum=0.9),
    SGD(learning_rate=0.5, momentum=0.9, dampening=0.9),
    SGD(learning_rate=0.3, momentum=0.8, dampening=0.3),
    SGD(learning_rate=0.3, momentum=0.9, nesterov=True),
]


def optimizer_id(optimizer: SGD) -> str:
    return f"momentum {optimizer.momentum} dampening {optimizer.dampening} nesterov {optimizer.nesterov}"


@pytest.mark.parametrize("pairing", [CLASSIFIER, REGRESSION], ids=["cross_entropy", "half_squared_error"])
@pytest.mark.parametrize("penalty", [Penalty(), Penalty(l2=0.05), Penalty(l1=0.02), Penalty(l2=0.05, l1=0.02)], ids=str)
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=optimizer_id)
def test_fifty_steps_of_sgd(follows: Follow, optimizer: SGD, penalty: Penalty, pairing: Pairing) -> None:
    follows(optimizer, penalty=penalty, pairing=pairing)


def test_fifty_steps_of_a_stepwise_rate(torch: Any, follows: Follow) -> None:
    follows(
        OPTIMIZERS[1],
        schedule=Step(step_size=3, gamma=0.5, per="step"),
        scheduler=lambda peer: torch.optim.lr_scheduler.StepLR(peer, 3, 0.5),
    )


def test_fifty_steps_of_an_exponential_rate(torch: Any, follows: Follow) -> None:
    follows(
        OPTIMIZERS[4],
        schedule=Exponential(gamma=0.9, per="step"),
        scheduler=lambda peer: torch.optim.lr_scheduler.ExponentialLR(peer, 0.9),
    )


def test_fifty_steps_of_an_inverse_time_rate(torch: Any, follows: Follow) -> None:
    follows(
        OPTIMIZERS[2],
        schedule=InverseTime(decay=0.2, per="step"),
        scheduler=lambda peer: torch.optim.lr_scheduler.LambdaLR(peer, lambda t: 1 / (1 + 0.2 * t)),
    )
