"""The arithmetic of five teaching programs on back-propagation, each as its text writes it.

Each takes its starting weights W1, b1, W2, b2, changes copies of them, and gives the losses it would print, one a step,
and the weights at the end. Arrays are (examples, features).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

Array = np.ndarray


class Weights(NamedTuple):
    W1: Array
    b1: Array
    W2: Array
    b2: Array


def sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def program_1(start: Weights, X: Array, t: Array, *, rate: float, epochs: int) -> tuple[list[float], Weights]:
    W1, b1, W2, b2 = (w.copy() for w in start)
    losses, m = [], len(X)
    for _ in range(epochs):
        a1 = sigmoid(X @ W1 + b1)
        p = sigmoid(a1 @ W2 + b2)
        losses.append(float(np.mean((t - p) ** 2)))
        delta2 = 2 * (p - t) / t.size * p * (1 - p)
        delta1 = delta2 @ W2.T * a1 * (1 - a1)
        W2 -= rate * (a1.T @ delta2 / m)
        b2 -= rate * (delta2.sum(axis=0) / m)
        W1 -= rate * (X.T @ delta1 / m)
        b1 -= rate * (delta1.sum(axis=0) / m)
    return losses, Weights(W1, b1, W2, b2)


def program_1b(start: Weights, X: Array, t: Array, *, rate: float, epochs: int) -> tuple[list[float], Weights]:
    """What a framework's mean squared error and SGD come to, by the chain rule an example at a time."""
    W1, b1, W2, b2 = (w.copy() for w in start)
    losses = []
    for _ in range(epochs):
        grads = [np.zeros_like(w) for w in (W1, b1, W2, b2)]
        loss = 0.0
        for x, target in zip(X, t, strict=True):
            a1 = sigmoid(x @ W1 + b1)
            p = sigmoid(a1 @ W2 + b2)
            loss += float(np.sum((p - target) ** 2)) / t.size
            delta2 = 2 / t.size * (p - target) * p * (1 - p)
            delta1 = W2 @ delta2 * a1 * (1 - a1)
            for grad, part in zip(grads, (np.outer(x, delta1), delta1, np.outer(a1, delta2), delta2), strict=True):
                grad += part
        losses.append(loss)
        for weights, grad in zip((W1, b1, W2, b2), grads, strict=True):
            weights -= rate * grad
    return losses, Weights(W1, b1, W2, b2)


def program_2(start: Weights, X: Array, t: Array, *, rate: float, epochs: int) -> tuple[list[float], Weights]:
    """Also program 3, with one example and one epoch, but for what it prints."""
    W1, b1, W2, b2 = (w.copy() for w in start)
    losses = []
    for _ in range(epochs):
        a1 = sigmoid(X @ W1 + b1)
        p = sigmoid(a1 @ W2 + b2)
        losses.append(float(np.mean((t - p) ** 2)))
        delta2 = (p - t) * p * (1 - p)
        delta1 = (delta2 @ W2.T) * a1 * (1 - a1)
        W2 -= rate * (a1.T @ delta2)
        b2 -= rate * delta2.sum(axis=0)
        W1 -= rate * (X.T @ delta1)
        b1 -= rate * delta1.sum(axis=0)
    return losses, Weights(W1, b1, W2, b2)


def program_4(start: Weights, batches: Iterable[tuple[Array, Array]], *, rate: float) -> tuple[list[float], Weights]:
    """Its loss is half the sum of squares, here as the mean over the examples of each batch."""
    W1, b1, W2, b2 = (w.copy() for w in start)
    losses = []
    for X, t in batches:
        z1 = X @ W1 + b1
        a1 = np.where(z1 > 0, z1, 0)
        p = sigmoid(a1 @ W2 + b2)
        losses.append(float(0.5 * np.sum((t - p) ** 2) / len(X)))
        delta2 = (p - t) * p * (1 - p)
        delta1 = (delta2 @ W2.T) * np.where(z1 > 0, 1, 0)
        W2 -= rate * (a1.T @ delta2)
        b2 -= rate * delta2.sum(axis=0)
        W1 -= rate * (X.T @ delta1)
        b1 -= rate * delta1.sum(axis=0)
    return losses, Weights(W1, b1, W2, b2)


def program_5(start: Weights, X: Array, t: Array, *, rate: float, epochs: int) -> tuple[list[float], Weights]:
    """`t` is one-hot."""
    W1, b1, W2, b2 = (w.copy() for w in start)
    losses, m = [], len(X)
    for _ in range(epochs):
        a1 = sigmoid(X @ W1 + b1)
        z2 = a1 @ W2 + b2
        e = np.exp(z2 - z2.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        losses.append(float(-np.sum(t * np.log(p)) / m))
        delta2 = p - t
        delta1 = (delta2 @ W2.T) * a1 * (1 - a1)
        W2 -= rate * (a1.T @ delta2) / m
        b2 -= rate * delta2.sum(axis=0) / m
        W1 -= rate * (X.T @ delta1) / m
        b1 -= rate * delta1.sum(axis=0) / m
    return losses, Weights(W1, b1, W2, b2)
