"""bpcli beside a bare NumPy loop of the same network, on the same data, in one alternating run.

    python benchmarks/bare_loop.py configs/mnist.yaml data.files=DIR --rounds 3

The bare loop is what someone who knows NumPy well would write by hand for this one network: flat float32 images in
memory, buffers allocated once, momentum, L2, a decaying rate, the validation split measured every epoch; no log, no
checkpoint, no progress, no check of anything. bpcli runs as a user runs it, through `bpcli.train`, with all of that on.
Both start from the same weights and see the same batches in the same order; their losses must agree.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from bpcli.api.train import train
from bpcli.config.build import build
from bpcli.config.load import load_config
from bpcli.config.sections import Config
from bpcli.nn.randomness import generator


class BareLoop:
    """784-h-10, relu, softmax and cross-entropy, SGD with momentum and L2, in plain NumPy."""

    def __init__(self, config: Config) -> None:
        resolved, experiment = build(config)
        assert [layer.activation and layer.activation.name for layer in resolved.model.layers] == ["relu", "softmax"]
        self.config, parameters = resolved, experiment.objective.network.parameters
        self.theta = parameters.theta.copy()
        self.views = parameters.split(self.theta)
        self.grad, self.velocity, self.scratch = (np.zeros_like(self.theta) for _ in range(3))
        self.grads, self.weights = parameters.split(self.grad), parameters.weights
        split = experiment.batches.examples
        self.X = (split.x[split.rows] / np.float32(255)).astype(np.float32)
        self.y = split.y[split.rows]
        validation = experiment.splits["validation"]().examples
        self.VX = (validation.x[validation.rows] / np.float32(255)).astype(np.float32)
        self.Vy = validation.y[validation.rows]

    def run(self) -> tuple[float, float]:
        """Seconds of training, and the last validation loss."""
        config, size = self.config, self.config.data.batch_size
        W1, b1, W2, b2 = (self.views[f"layers.{i}.{name}"] for i in (0, 1) for name in ("W", "b"))
        dW1, db1, dW2, db2 = (self.grads[f"layers.{i}.{name}"] for i in (0, 1) for name in ("W", "b"))
        theta, grad, velocity, scratch = self.theta, self.grad, self.velocity, self.scratch
        w, g = theta[self.weights], grad[self.weights]
        l2, momentum = config.regularization.l2, config.optimizer.momentum
        X = np.empty((size, self.X.shape[1]), np.float32)
        H, dH = (np.empty((size, len(W2)), np.float32) for _ in range(2))
        Z = np.empty((size, len(b2)), np.float32)
        rows = np.arange(size)
        started = time.perf_counter()
        for epoch in range(config.training.epochs):
            order = np.arange(len(self.X))
            generator(config.seed, "order", epoch).shuffle(order)
            rate = config.optimizer.learning_rate * config.schedule.gamma**epoch
            total = 0.0
            for start in range(0, len(order), size):
                chosen = order[start : start + size]
                n = len(chosen)
                x, h, dh, z = X[:n], H[:n], dH[:n], Z[:n]
                np.take(self.X, chosen, axis=0, out=x, mode="clip")
                y = self.y[chosen]
                np.dot(x, W1, h)
                h += b1
                np.maximum(h, 0, out=h)
                np.dot(h, W2, z)
                z += b2
                z -= z.max(axis=1, keepdims=True)
                target = z[rows[:n], y].sum()
                np.exp(z, z)
                s = z.sum(axis=1, keepdims=True)
                total += float(np.log(s).sum() - target)
                z /= s
                z[rows[:n], y] -= 1
                z *= 1 / n
                np.dot(h.T, z, dW2)
                np.sum(z, axis=0, out=db2)
                np.dot(z, W2.T, dh)
                dh *= h > 0
                np.dot(x.T, dh, dW1)
                np.sum(dh, axis=0, out=db1)
                g += np.multiply(w, l2, scratch[self.weights])
                velocity *= momentum
                velocity += grad
                theta -= np.multiply(velocity, rate, scratch)
            loss = self._validation_loss(W1, b1, W2, b2)
        return time.perf_counter() - started, loss

    def _validation_loss(self, W1: np.ndarray, b1: np.ndarray, W2: np.ndarray, b2: np.ndarray) -> float:
        total = 0.0
        for start in range(0, len(self.VX), 1000):
            z = np.maximum(self.VX[start : start + 1000] @ W1 + b1, 0) @ W2 + b2
            z -= z.max(axis=1, keepdims=True)
            y = self.Vy[start : start + 1000]
            total += float((np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), y]).sum())
        return total / len(self.VX)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config")
    parser.add_argument("overrides", nargs="*")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_intermixed_args()
    config = load_config(arguments.config, [*arguments.overrides, "threads=1"])
    ratios = []
    print(f"{platform.processor() or platform.machine()}, NumPy {np.__version__}, one thread")
    for number in range(arguments.rounds):
        with threadpool_limits(1):
            bare, bare_loss = BareLoop(config).run()
        with tempfile.TemporaryDirectory() as folder:
            result = train(config, output=Path(folder, "run"))
        loss = result.final["validation_loss"]
        assert abs(loss - bare_loss) < 0.05 * bare_loss, (loss, bare_loss)
        ratios.append(result.seconds / bare)
        print(
            f"round {number + 1}: bare loop {bare:6.2f} s (validation loss {bare_loss:.4f}), "
            f"bpcli {result.seconds:6.2f} s ({loss:.4f}), ratio {ratios[-1]:.3f}"
        )
    print(f"median ratio {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})")


if __name__ == "__main__":
    main()
