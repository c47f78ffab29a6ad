"""A bare NumPy loop, as somebody who knows NumPy well would write it for one network and nothing else."""

from __future__ import annotations

import math
from itertools import pairwise
from time import perf_counter

import numpy as np

from benchmarks.cases import Case
from benchmarks.data import unit
from benchmarks.peers import Train, Trained, Weights, orders


def prepare(case: Case, x: np.ndarray, y: np.ndarray, weights: Weights) -> Train:
    """float32 images in memory, buffers made once, one flat vector of parameters; no log, no checks, no accuracy."""
    X, n = unit(x), case.batch_size
    sizes = [W.size for W, _ in weights] + [b.size for _, b in weights]
    theta, grad, slot, squares = (np.zeros(sum(sizes), np.float32) for _ in range(4))
    cuts = [slice(start, stop) for start, stop in pairwise([0, *np.cumsum(sizes)])]
    of_weights, of_biases = cuts[: len(weights)], cuts[len(weights) :]
    Ws = [theta[cut].reshape(shape) for cut, shape in zip(of_weights, case.layers, strict=True)]
    dWs = [grad[cut].reshape(shape) for cut, shape in zip(of_weights, case.layers, strict=True)]
    bs, dbs = [theta[cut] for cut in of_biases], [grad[cut] for cut in of_biases]
    As = [np.empty((n, width), np.float32) for width in case.widths]
    dAs = [np.empty((n, width), np.float32) for width in case.widths]
    rows, ones, last = np.arange(n), np.ones(n, np.float32), len(weights) - 1
    every = orders(len(x), case.epochs)

    def forward(chosen: np.ndarray) -> None:
        m = len(chosen)
        np.take(X, chosen, axis=0, out=As[0][:m], mode="clip")
        for i, (W, b) in enumerate(zip(Ws, bs, strict=True)):
            Z = As[i + 1][:m]
            np.dot(As[i][:m], W, Z)
            Z += b
            if i < last:
                activate(Z)

    def activate(Z: np.ndarray) -> None:
        if case.activation == "relu":
            np.maximum(Z, 0, out=Z)
        else:
            Z *= 0.5
            np.tanh(Z, Z)
            Z *= 0.5
            Z += 0.5

    def loss_and_delta(T: np.ndarray) -> float:
        m = len(T)
        Z = As[-1][:m]
        Z -= Z.max(axis=1, keepdims=True)
        of_target = float(Z[rows[:m], T].sum())
        np.exp(Z, Z)
        total = Z.sum(axis=1, keepdims=True)
        Z /= total
        Z[rows[:m], T] -= 1
        Z *= 1 / m
        return float(np.log(total).sum()) - of_target

    def backward(m: int) -> None:
        delta = As[-1][:m]
        for i in reversed(range(len(Ws))):
            np.dot(As[i][:m].T, delta, dWs[i])
            np.dot(ones[:m], delta, dbs[i])
            if i:
                A, dA = As[i][:m], dAs[i][:m]
                np.dot(delta, Ws[i].T, dA)
                dA *= A > 0 if case.activation == "relu" else A - A * A
                delta = dA

    def momentum(step: int) -> None:
        slot.__imul__(0.9)
        slot.__iadd__(grad)
        theta.__isub__(np.multiply(slot, case.learning_rate, grad))
        if step % 100 == 99:
            slot[np.abs(slot) < 1e-30] = 0

    def adam(step: int) -> None:
        np.multiply(slot, 0.9, slot).__iadd__(0.1 * grad)
        np.multiply(squares, 0.999, squares).__iadd__(0.001 * np.multiply(grad, grad, grad))
        root = math.sqrt(1 - 0.999 ** (step + 1))
        np.sqrt(squares, grad).__iadd__(1e-8 * root)
        np.divide(slot, grad, grad)
        theta.__isub__(np.multiply(grad, case.learning_rate * root / (1 - 0.9 ** (step + 1)), grad))
        if step % 100 == 99:
            slot[np.abs(slot) < 1e-30] = 0
            squares[squares < 1e-30] = 0

    update = adam if case.optimizer == "adam" else momentum

    def train() -> Trained:
        for i, (W, b) in enumerate(weights):
            Ws[i][...], bs[i][...] = W, b
        slot[...], squares[...], step = 0, 0, 0
        started = perf_counter()
        for order in every:
            total = 0.0
            for start in range(0, len(order), n):
                chosen = order[start : start + n]
                forward(chosen)
                total += loss_and_delta(y[chosen])
                backward(len(chosen))
                update(step)
                step += 1
        return Trained(perf_counter() - started, total / len(order))

    return train
