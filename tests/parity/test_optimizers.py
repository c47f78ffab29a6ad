"""Fifty steps of every optimizer beside PyTorch's own, in float64."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from bpcli.checks.cases import CLASSIFIER, Pairing, make_case
from bpcli.nn.activations import Sigmoid, Tanh
from bpcli.nn.losses import HalfSquaredError
from bpcli.optim.adam import Adam, Adamax, AdamW, NAdam
from bpcli.optim.lbfgs import LBFGS
from bpcli.optim.optimizers import AnyOptimizer
from bpcli.optim.penalties import Penalty
from bpcli.optim.rmsprop import Adagrad, RMSProp

STEPS = 50
REGRESSION = Pairing(HalfSquaredError(), Sigmoid(), "values")
Peer = Callable[[Any, dict[str, Any]], Any]
SEARCH = {
    "line_search_fn": "strong_wolfe",
    "max_iter": 1,
    "max_eval": 100,
    "tolerance_grad": 0,  # it goes on, as ours does, where it would stop by itself
    "tolerance_change": 1e-15,
}


def plain(name: str, **options: Any) -> Peer:
    """An optimizer of `torch.optim` over all parameters alike."""
    return lambda torch, parameters: getattr(torch.optim, name)(list(parameters.values()), **options)


def decaying(torch: Any, parameters: dict[str, Any]) -> Any:
    """AdamW, whose decay leaves the biases alone."""
    groups = [
        {"params": [p for name, p in parameters.items() if name.endswith(".W")], "weight_decay": 0.1},
        {"params": [p for name, p in parameters.items() if name.endswith(".b")], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=0.01)


PAIRS: dict[str, tuple[AnyOptimizer, Peer]] = {
    "adagrad": (Adagrad(learning_rate=0.1), plain("Adagrad", lr=0.1)),
    "rmsprop": (RMSProp(learning_rate=0.01), plain("RMSprop", lr=0.01)),
    "rmsprop centered": (RMSProp(learning_rate=0.01, centered=True), plain("RMSprop", lr=0.01, centered=True)),
    "rmsprop momentum": (RMSProp(learning_rate=0.01, momentum=0.9), plain("RMSprop", lr=0.01, momentum=0.9)),
    "rmsprop both": (
        RMSProp(learning_rate=0.01, rho=0.9, momentum=0.5, centered=True),
        plain("RMSprop", lr=0.01, alpha=0.9, momentum=0.5, centered=True),
    ),
    "adam": (Adam(learning_rate=0.01), plain("Adam", lr=0.01)),
    "adam betas": (Adam(learning_rate=0.01, beta1=0.5, beta2=0.9), plain("Adam", lr=0.01, betas=(0.5, 0.9))),
    "adam no beta1": (Adam(learning_rate=0.01, beta1=0.0), plain("Adam", lr=0.01, betas=(0.0, 0.999))),
    "amsgrad": (
        Adam(learning_rate=0.05, beta2=0.8, amsgrad=True),
        plain("Adam", lr=0.05, betas=(0.9, 0.8), amsgrad=True),
    ),
    "adamw": (AdamW(learning_rate=0.01, weight_decay=0.1), decaying),
    "nadam": (NAdam(learning_rate=0.01), plain("NAdam", lr=0.01)),
    "nadam decay": (NAdam(learning_rate=0.01, momentum_decay=0.2), plain("NAdam", lr=0.01, momentum_decay=0.2)),
    "adamax": (Adamax(learning_rate=0.01), plain("Adamax", lr=0.01)),
    "lbfgs": (
        LBFGS(),
        plain("LBFGS", lr=1.0, history_size=10, **SEARCH),
    ),
    "lbfgs history": (
        LBFGS(learning_rate=0.5, history=3),
        plain("LBFGS", lr=0.5, history_size=3, **SEARCH),
    ),
}


CONVERGED = 1e-7
"""The largest entry of the gradient at which PyTorch's own L-BFGS makes no further step (its tolerance_grad)."""


@pytest.mark.parametrize("pairing", [CLASSIFIER, REGRESSION], ids=["cross_entropy", "half_squared_error"])
@pytest.mark.parametrize("name", PAIRS)
def test_fifty_steps(
    torch: Any, torch_loss: Callable[..., Any], torch_parameters: Callable[..., Any], name: str, pairing: Pairing
) -> None:
    optimizer, make_peer = PAIRS[name]
    # L-BFGS makes much of little near the minimum, where rounding decides: it gets a problem that takes it fifty steps
    depth, l2 = (1, 0.01) if optimizer.uses_line_search else (3, 0.05)
    case = make_case(pairing, depth=depth, batch=11, penalty=Penalty(l2=l2))
    theirs, ours, objective = torch_parameters(case), case.objective.network.parameters, case.objective
    peer, slots = make_peer(torch, theirs), optimizer.init(ours.theta)
    whole, has_converged = optimizer.uses_line_search, False
    for step in range(STEPS):
        rows = slice(None) if whole else slice(step * 4 % 12, step * 4 % 12 + 4)
        X, T = case.X[rows], case.T[rows]
        objective.forward(X, T, step)
        objective.backward(len(X))
        has_converged |= whole and bool(np.abs(ours.grad).max() <= CONVERGED)
        reevaluate = partial(objective.reevaluate, X, T, step)
        optimizer.step(slots, ours, learning_rate=optimizer.learning_rate, step=step, reevaluate=reevaluate)

        def closure(X: Any = X, T: Any = T) -> Any:
            peer.zero_grad()
            loss = torch_loss(theirs, pairing, [Tanh()] * (depth - 1), torch.from_numpy(X), torch.from_numpy(T))
            loss = loss + l2 / 2 * sum((p**2).sum() for name, p in theirs.items() if name.endswith(".W"))
            loss.backward()
            return loss

        peer.step(closure)
        if has_converged:  # the objective is flat to its last bits, and rounding decides where to go
            assert objective.value(X, T, step) == pytest.approx(closure().item(), abs=1e-13)
            continue
        for tensor, view in ours.views.items():
            np.testing.assert_allclose(
                view, theirs[tensor].detach().numpy(), rtol=0, atol=1e-9, err_msg=f"{tensor} after {step + 1} steps"
            )
