"""Normalisation, clipping and max-norm beside PyTorch's, over fifty steps of training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bpcli.nn.activations import Identity, Softmax, Tanh
from bpcli.nn.layers import BatchNorm, Dense, LayerNorm, Normalization
from bpcli.nn.losses import CrossEntropy
from bpcli.nn.network import Network
from bpcli.optim.clipping import Clipping, MaxNorm
from bpcli.optim.sgd import SGD
from bpcli.training.objective import Objective
from bpcli.training.update import Update

STEPS = 50
RNG = np.random.default_rng(0)
X, T = RNG.standard_normal((12, 3)), RNG.integers(0, 3, 12)


def objective(normalization: Normalization | None) -> Objective:
    specs = [
        Dense(units=5, activation=Tanh(), normalization=normalization),
        Dense(units=4, activation=Identity(), normalization=normalization),
        Dense(units=3, activation=Softmax()),
    ]
    network = Network(specs, features=3, dtype=np.float64, seed=0)
    return Objective(network, CrossEntropy().bind(Softmax()))


def peer_of(torch: Any, ours: Objective, normalization: Normalization | None) -> Any:
    """The same network in PyTorch, from the same weights; batch normalisation without a bias before it, as ours."""
    nn, layers = torch.nn, []
    has_bias = not isinstance(normalization, BatchNorm)
    for fan_in, fan_out, is_last in ((3, 5, False), (5, 4, False), (4, 3, True)):
        layers.append(nn.Linear(fan_in, fan_out, bias=has_bias or is_last))
        if not is_last and normalization is not None:
            kind = nn.BatchNorm1d if isinstance(normalization, BatchNorm) else nn.LayerNorm
            layers.append(kind(fan_out, eps=normalization.epsilon))
        if fan_out == 5:
            layers.append(nn.Tanh())
    peer = nn.Sequential(*layers).double()
    for name, tensor in named(peer).items():
        view = ours.network.parameters.views[name]
        tensor.data = torch.from_numpy((view.T if view.ndim == 2 else view).copy())
    return peer


def named(peer: Any) -> dict[str, Any]:
    """PyTorch's parameters by our names."""
    found, layer = {}, -1
    for module in peer:
        if type(module).__name__ == "Linear":
            layer += 1
            found[f"layers.{layer}.W"] = module.weight
            if module.bias is not None:
                found[f"layers.{layer}.b"] = module.bias
        elif "Norm" in type(module).__name__:
            found |= {f"layers.{layer}.gamma": module.weight, f"layers.{layer}.beta": module.bias}
    return found


def assert_followed(
    torch: Any,
    normalization: Normalization | None,
    clipping: Clipping = Clipping(),  # noqa: B008
    max_norm: float | None = None,
    between: Callable[[Any], object] = lambda peer: None,
    after: Callable[[Any], object] = lambda peer: None,
) -> None:
    ours = objective(normalization)
    peer = peer_of(torch, ours, normalization)
    optimizer = torch.optim.SGD(peer.parameters(), lr=0.3)
    parameters = ours.network.parameters
    limits = tuple((parameters.views[name], max_norm) for name in parameters.weight_names if max_norm)
    update = Update(SGD(), clipping, MaxNorm(limits))
    state = update.start(parameters.theta)
    for step in range(STEPS):
        rows = slice(0, 7) if step % 2 else slice(7, 12)
        loss = ours.forward(X[rows], T[rows], step) / len(T[rows])
        ours.backward(len(T[rows]))
        update.apply(state, parameters, learning_rate=0.3, reevaluate=float)
        optimizer.zero_grad()
        peer_loss = torch.nn.functional.cross_entropy(peer(torch.from_numpy(X[rows])), torch.from_numpy(T[rows]))
        peer_loss.backward()
        between(peer)
        optimizer.step()
        after(peer)
        assert loss == pytest.approx(peer_loss.item(), abs=1e-9)
    for name, tensor in named(peer).items():
        view = ours.network.parameters.views[name]
        theirs = tensor.detach().numpy()
        np.testing.assert_allclose(view, theirs.T if view.ndim == 2 else theirs, rtol=0, atol=1e-9, err_msg=name)
    for i, module in enumerate(m for m in peer if type(m).__name__ == "BatchNorm1d"):
        for ours_name, theirs in (("mean", module.running_mean), ("variance", module.running_var)):
            view = ours.network.statistics.views[f"layers.{i}.running_{ours_name}"]
            np.testing.assert_allclose(view, theirs.numpy(), rtol=0, atol=1e-9)
    peer.eval()
    np.testing.assert_allclose(ours.network.forward(X), peer(torch.from_numpy(X)).detach().numpy(), atol=1e-8)


@pytest.mark.parametrize("normalization", [None, BatchNorm(), LayerNorm(epsilon=1e-3)], ids=["none", "batch", "layer"])
def test_normalisation(torch: Any, normalization: Normalization | None) -> None:
    assert_followed(torch, normalization)


def test_clipping_by_norm(torch: Any) -> None:
    """PyTorch divides by ‖g‖ + 1e-6, so its step is that much shorter."""

    def clip(peer: Any) -> None:
        length = torch.nn.utils.get_total_norm([p.grad for p in peer.parameters()])
        for parameter in peer.parameters():
            parameter.grad *= min(1, 0.2 / length)

    assert_followed(torch, None, Clipping(norm=0.2), between=clip)


def test_clipping_by_value(torch: Any) -> None:
    assert_followed(
        torch,
        BatchNorm(),
        Clipping(value=0.05),
        between=lambda peer: torch.nn.utils.clip_grad_value_(peer.parameters(), 0.05),
    )


def test_max_norm(torch: Any) -> None:
    def shorten(peer: Any) -> None:
        for name, tensor in named(peer).items():
            if name.endswith(".W"):
                lengths = tensor.data.norm(dim=1, keepdim=True)
                tensor.data = tensor.data * (0.8 / lengths).clamp(max=1)

    assert_followed(torch, None, max_norm=0.8, after=shorten)
