"""Back-propagation on one page: a multi-layer perceptron, trained by gradient descent with momentum.

    python examples/mlp_in_100_lines.py            learns exclusive or with 8 hidden units
    python examples/mlp_in_100_lines.py FOLDER     learns the digits of the four MNIST files in FOLDER

Shapes: N examples in a batch, X (N, in), W (in, out), b (out,), Z and A (N, out). The gradient of the loss with
respect to any array is called d and its name, and has its shape.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from pathlib import Path

import numpy as np

Array = np.ndarray
Layer = tuple[Array, Array]  # W and b


def draw_layers(widths: list[int], rng: np.random.Generator) -> list[Layer]:
    """Draw random weights, so that no two units of a layer learn the same; biases can start at zero."""
    layers = []
    for fan_in, fan_out in pairwise(widths):
        # Weights of this size keep the signals about as strong from layer to layer (Glorot and Bengio 2010).
        limit = np.sqrt(6 / (fan_in + fan_out))
        layers.append((rng.uniform(-limit, limit, (fan_in, fan_out)), np.zeros(fan_out)))
    return layers


def forward(layers: list[Layer], X: Array) -> tuple[list[Array], Array]:
    """Compute the input of every layer, and the raw outputs Z of the last one."""
    inputs = []
    for i, (W, b) in enumerate(layers):
        inputs.append(X)
        Z = X @ W + b
        # Hidden units are squashed. Without that, all layers together would be a single linear map.
        X = np.tanh(Z) if i < len(layers) - 1 else Z
    return inputs, X


def probabilities_and_loss(Z: Array, T: Array) -> tuple[Array, float]:
    """Turn raw outputs into probabilities P, and compute the mean cross-entropy of the targets T (N, K).

    One output is the probability of a yes (sigmoid), several are those of as many classes (softmax).
    Logarithms of sums of exponentials are computed by logaddexp, where e^z alone could overflow.
    """
    if Z.shape[1] == 1:
        # P = 1 / (1 + e^-z), and the loss is -ln P where T is 1, and -ln(1 - P) where T is 0.
        P = np.exp(-np.logaddexp(0, -Z))
        losses = np.logaddexp(0, Z) - T * Z
    else:
        # P_k = e^z_k / Σ_j e^z_j, and the loss is -ln P_k of the true class k.
        log_P = Z - np.logaddexp.reduce(Z, axis=1, keepdims=True)
        P = np.exp(log_P)
        losses = -T * log_P
    return P, float(losses.sum() / len(Z))


def backward(layers: list[Layer], inputs: list[Array], dZ: Array) -> list[Layer]:
    """Compute dW and db of every layer, from the last one to the first, by the chain rule."""
    gradients: list[Layer] = []
    for i in reversed(range(len(layers))):
        # Z = X W + b: each weight has been multiplied by an input, and each bias by 1, once for every example.
        gradients.insert(0, (inputs[i].T @ dZ, dZ.sum(axis=0)))
        if i > 0:
            # Each input has gone to all units through their weights, and came out of a tanh, whose slope is 1 - tanh².
            dX = dZ @ layers[i][0].T
            dZ = dX * (1 - inputs[i] ** 2)
    return gradients


def train(
    layers: list[Layer], batches: Iterable[tuple[Array, Array]], *, rate: float, momentum: float
) -> Iterator[float]:
    """Make one update of the layers, in place, from every batch (X, T), and yield its loss before the update."""
    velocities = [(np.zeros_like(W), np.zeros_like(b)) for W, b in layers]
    for X, T in batches:
        inputs, Z = forward(layers, X)
        P, loss = probabilities_and_loss(Z, T)
        # For a sigmoid and for a softmax alike, the derivative of their cross-entropy is P - T.
        gradients = backward(layers, inputs, (P - T) / len(X))
        for parameters, velocity, gradient in zip(layers, velocities, gradients, strict=True):
            for w, v, dw in zip(parameters, velocity, gradient, strict=True):
                # Momentum: the velocity is a sum of gradients, in which older ones count less and less.
                v *= momentum
                v += dw
                w -= rate * v
        yield loss


def shuffled_batches(
    X: Array, T: Array, *, size: int, epochs: int, rng: np.random.Generator
) -> Iterator[tuple[Array, Array]]:
    """Yield all examples in batches, in a new random order every epoch; the last batch of each may be smaller."""
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), size):
            chosen = order[start : start + size]
            yield X[chosen], T[chosen]


def learn_xor(rng: np.random.Generator) -> None:
    """Learn exclusive or, which a network without hidden units cannot (Minsky and Papert 1969)."""
    X, T = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0], [1], [1], [0]])
    layers = draw_layers([2, 8, 1], rng)
    # All four examples at once, a thousand times.
    for step, loss in enumerate(train(layers, [(X, T)] * 1000, rate=0.5, momentum=0.9), start=1):
        if step % 200 == 0:
            print(f"step {step:4}  loss {loss:.6f}")
    P, _ = probabilities_and_loss(forward(layers, X)[1], T)
    for x, p in zip(X, P, strict=True):
        print(f"{x[0]:.0f} xor {x[1]:.0f} is {p[0]:.4f}")


def read_idx(path: Path) -> Array:
    """Read the bytes of an MNIST file: a header with the number of axes and their lengths, then one byte an entry."""
    content = gzip.decompress(path.read_bytes())
    shape = np.frombuffer(content, ">i4", count=content[3], offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * len(shape)).reshape(shape)


def learn_mnist(folder: Path, rng: np.random.Generator) -> None:
    """Learn to read handwritten digits, and print after each epoch how many of the unseen ones are read right."""
    sets = {}
    for name in ("train", "t10k"):
        images, labels = (read_idx(folder / f"{name}-{kind}.gz") for kind in ("images-idx3-ubyte", "labels-idx1-ubyte"))
        # Pixels as numbers from 0 to 1, and each label as a row of zeros with a one in its place.
        sets[name] = images.reshape(len(images), -1) / 255, np.eye(10)[labels]
    (X, T), (test_X, test_T) = sets["train"], sets["t10k"]
    layers, size, epochs = draw_layers([784, 128, 10], rng), 32, 5
    steps = train(layers, shuffled_batches(X, T, size=size, epochs=epochs, rng=rng), rate=0.02, momentum=0.9)
    for epoch in range(1, epochs + 1):
        losses = list(islice(steps, -(-len(X) // size)))
        right = forward(layers, test_X)[1].argmax(axis=1) == test_T.argmax(axis=1)
        print(f"epoch {epoch}  loss {np.mean(losses):.4f}  accuracy on unseen digits {right.mean():.4f}")


if __name__ == "__main__":
    generator = np.random.default_rng(0)
    if len(sys.argv) > 1:
        learn_mnist(Path(sys.argv[1]), generator)
    else:
        learn_xor(generator)
