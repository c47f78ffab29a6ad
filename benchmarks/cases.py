"""What is trained: the same network, data and hyper-parameters for every peer."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

OptimizerName = Literal["momentum", "adam"]
ActivationName = Literal["relu", "sigmoid"]


@dataclass(frozen=True)
class Case:
    """A network with softmax outputs and cross-entropy, trained from given weights for some epochs."""

    name: str
    widths: tuple[int, ...]
    """units of each layer, the input first"""
    batch_size: int
    epochs: int
    """of one measurement; with more than a thousand updates, so that velocities have had time to become subnormal"""
    learning_rate: float
    activation: ActivationName = "relu"
    optimizer: OptimizerName = "momentum"
    examples: int | None = None
    """used of the training images; None: all"""

    @property
    def layers(self) -> list[tuple[int, int]]:
        """fan_in and fan_out of each layer."""
        return list(pairwise(self.widths))

    @property
    def is_points(self) -> bool:
        """Whether it learns points of the plane and not images."""
        return self.widths[0] == 2

    def config(self, data: dict[str, Any], threads: int) -> dict[str, Any]:
        """What `bpcli train` would be given; 0 threads: as many as it likes, which is one."""
        optimizers: dict[OptimizerName, dict[str, Any]] = {
            "momentum": {"name": "sgd", "learning_rate": self.learning_rate, "momentum": 0.9},
            "adam": {"name": "adam", "learning_rate": self.learning_rate},
        }
        return {
            "name": "case",
            "threads": threads or "auto",
            "data": {**data, "batch_size": self.batch_size},
            "model": {"layers": list(self.widths[1:]), "activation": self.activation, "output": "softmax"},
            "loss": "cross_entropy",
            "optimizer": optimizers[self.optimizer],
            "training": {"epochs": self.epochs},
        }


SIX_LAYERS = (784, 2500, 2000, 1500, 1000, 500, 10)

BARS = (
    Case("2-8-2, batch 4", (2, 8, 2), 4, 3, 0.1, "sigmoid"),
    Case("784-30-10, batch 10", (784, 30, 10), 10, 2, 0.05, "sigmoid"),
    Case("784-128-10, batch 32", (784, 128, 10), 32, 2, 0.02),
    Case("784-128-10, batch 128", (784, 128, 10), 128, 3, 0.05),
    Case("784-128-10, batch 512", (784, 128, 10), 512, 6, 0.1),
    Case("784-512-512-10, batch 128", (784, 512, 512, 10), 128, 2, 0.05),
    Case("six layers, batch 128", SIX_LAYERS, 128, 1, 0.02, examples=30_000),
)
"""The cases that have bars to reach."""

VARIANTS = (
    Case("2-8-2, batch 4, relu, Adam", (2, 8, 2), 4, 3, 0.001, "relu", "adam"),
    Case("784-30-10, batch 10, relu, Adam", (784, 30, 10), 10, 2, 0.001, "relu", "adam"),
    Case("784-128-10, batch 32, Adam", (784, 128, 10), 32, 2, 0.001, "relu", "adam"),
    Case("784-128-10, batch 32, sigmoid", (784, 128, 10), 32, 2, 0.02, "sigmoid"),
    Case("784-128-10, batch 128, Adam", (784, 128, 10), 128, 3, 0.001, "relu", "adam"),
    Case("784-128-10, batch 128, sigmoid, Adam", (784, 128, 10), 128, 3, 0.001, "sigmoid", "adam"),
    Case("784-512-512-10, batch 128, Adam", (784, 512, 512, 10), 128, 2, 0.001, "relu", "adam"),
)
"""The other activation and the other optimizer."""

CASES = {case.name: case for case in (*BARS, *VARIANTS)}
