"""Activation functions, each with its backward directly below its forward.

`forward(Z)` is f(Z), entry by entry except for softmax. `backward(Z, A, dA)` is `dZ = f'(Z) dA`.
"""

from __future__ import annotations

from bpcli.nn.activations.activation import Activation, FrozenActivation, branches
from bpcli.nn.activations.gated import GELU, SiLU
from bpcli.nn.activations.plain import Exp, Identity, Softmax
from bpcli.nn.activations.rectifiers import ELU, SELU, LeakyReLU, ReLU, Softplus
from bpcli.nn.activations.sigmoids import HardSigmoid, Sigmoid, Softsign, Tanh

__all__ = [
    "ELU",
    "GELU",
    "SELU",
    "Activation",
    "AnyActivation",
    "Exp",
    "FrozenActivation",
    "HardSigmoid",
    "Identity",
    "LeakyReLU",
    "ReLU",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Softsign",
    "Tanh",
    "branches",
]

AnyActivation = (
    Identity
    | Sigmoid
    | Tanh
    | ReLU
    | LeakyReLU
    | ELU
    | SELU
    | GELU
    | Softplus
    | Softsign
    | SiLU
    | HardSigmoid
    | Exp
    | Softmax
)
"""Discriminated by `name`."""
