"""PyTorch: tensors in memory, an nn.Sequential, a torch.optim optimizer, a shuffled index split into batches."""

from __future__ import annotations

from functools import partial
from time import perf_counter

import numpy as np
import torch
from torch import nn

from benchmarks.cases import Case
from benchmarks.data import unit
from benchmarks.peers import Train, Trained, Weights

_ACTIVATIONS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid}


def prepare(
    case: Case, x: np.ndarray, y: np.ndarray, weights: Weights, *, compiled: bool = False, flush: bool = False
) -> Train:
    """`compiled`: the network and its loss through torch.compile; `flush`: torch.set_flush_denormal(True)."""
    torch.set_flush_denormal(flush)
    X, T = torch.from_numpy(unit(x)), torch.from_numpy(y)
    layers: list[nn.Module] = []
    for i, (fan_in, fan_out) in enumerate(case.layers):
        layers += [nn.Linear(fan_in, fan_out)] + ([_ACTIVATIONS[case.activation]()] if i < len(weights) - 1 else [])
    model = nn.Sequential(*layers)
    criterion = nn.CrossEntropyLoss()

    def objective(X: torch.Tensor, T: torch.Tensor) -> torch.Tensor:
        return criterion(model(X), T)

    loss_of = torch.compile(objective) if compiled else objective

    def train() -> Trained:
        with torch.no_grad():
            for layer, (W, b) in zip((m for m in model if isinstance(m, nn.Linear)), weights, strict=True):
                layer.weight.copy_(torch.from_numpy(W.T.copy()))
                layer.bias.copy_(torch.from_numpy(b))
        if case.optimizer == "adam":
            optimizer = torch.optim.Adam(model.parameters(), lr=case.learning_rate)
        else:
            optimizer = torch.optim.SGD(model.parameters(), lr=case.learning_rate, momentum=0.9)
        torch.manual_seed(0)  # some orders of XOR's points lead a network of relu into a local minimum
        started = perf_counter()
        for _ in range(case.epochs):
            total = torch.zeros(())
            for chosen in torch.randperm(len(X)).split(case.batch_size):
                optimizer.zero_grad()
                loss = loss_of(X[chosen], T[chosen])
                loss.backward()
                optimizer.step()
                total += loss.detach() * len(chosen)
            mean = total.item() / len(X)
        return Trained(perf_counter() - started, mean)

    return train


eager = partial(prepare)
eager_flushing = partial(prepare, flush=True)
compiled = partial(prepare, compiled=True)
