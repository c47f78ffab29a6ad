"""Train, check and understand small neural networks: back-propagation by hand in NumPy, from a YAML file.

import bpcli

config = bpcli.load_config("configs/xor.yaml", ["seed=1"])
result = bpcli.train(config)
bpcli.evaluate(result.run)
bpcli.gradcheck("configs/xor.yaml")
bpcli.load_checkpoint(result.run / "best.npz").arrays["layers.0.W"]
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bpcli.version import __version__

if TYPE_CHECKING:
    from bpcli.api.evaluate import evaluate as evaluate
    from bpcli.api.gradcheck import gradcheck as gradcheck
    from bpcli.api.lr_find import find_learning_rate as find_learning_rate
    from bpcli.api.train import train as train
    from bpcli.api.verify import verify as verify
    from bpcli.config.load import load_config as load_config
    from bpcli.runs.checkpoint import load_checkpoint as load_checkpoint

__all__ = [
    "__version__",
    "evaluate",
    "find_learning_rate",
    "gradcheck",
    "load_checkpoint",
    "load_config",
    "train",
    "verify",
]

_HOMES = {
    "evaluate": "bpcli.api.evaluate",
    "find_learning_rate": "bpcli.api.lr_find",
    "gradcheck": "bpcli.api.gradcheck",
    "load_checkpoint": "bpcli.runs.checkpoint",
    "load_config": "bpcli.config.load",
    "train": "bpcli.api.train",
    "verify": "bpcli.api.verify",
}
"""Imported when first used, so that `bpcli --help` need not wait for NumPy."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
