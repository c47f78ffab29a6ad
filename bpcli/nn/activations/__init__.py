"""Activation functions, each with its backward directly below its forward.

`forward(Z, A)` fills `A` with f(Z), entry by entry but for softmax; `A` may be `Z` itself unless the activation keeps
`Z`. `backward(Z, A, dA)` overwrites `dA` with `dZ = f'(Z) dA`. Where f' is a function of the output, `Z` is not read.
"""

from __future__ import annotations

from bpcli.nn.activations.activation import Activation
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
