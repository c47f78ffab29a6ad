"""Not a peer but the limit: the matrix products of the network alone, over the same buffers again and again."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from benchmarks.cases import Case
from benchmarks.peers import Train, Trained, Weights
from bpcli.nn.arrays import zeros


def prepare(case: Case, x: np.ndarray, y: np.ndarray, weights: Weights) -> Train:
    """Forward, weight gradients, and input gradients from the second layer on; the losses are none."""
    n = case.batch_size
    buffers = [zeros((n, width), np.float32) for width in case.widths]
    deltas = [zeros((n, width), np.float32) for width in case.widths]
    for buffer, width in zip((*buffers, *deltas[1:]), (*case.widths, *case.widths[1:]), strict=True):
        buffer[...] = np.random.default_rng(width).random(buffer.shape)
    Ws = [zeros(W.shape, np.float32) for W, _ in weights]
    dWs = [zeros(W.shape, np.float32) for W, _ in weights]
    for W, (drawn, _) in zip(Ws, weights, strict=True):
        W[...] = drawn
    steps = case.epochs * -(-len(x) // n)

    def train() -> Trained:
        started = perf_counter()
        for _ in range(steps):
            for i, W in enumerate(Ws):
                np.dot(buffers[i], W, buffers[i + 1])
            for i in reversed(range(len(Ws))):
                np.dot(buffers[i].T, deltas[i + 1], dWs[i])
                if i:
                    np.dot(deltas[i + 1], Ws[i].T, deltas[i])
        return Trained(perf_counter() - started, 0.0)

    return train
