"""Small networks that between them hold every part bpcli has, in the pairings that a config allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from itertools import product
from typing import Literal, NamedTuple

import numpy as np

from bpcli.nn.activations import (
    ELU,
    GELU,
    SELU,
    AnyActivation,
    Exp,
    HardSigmoid,
    Identity,
    LeakyReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Softsign,
    Tanh,
)
from bpcli.nn.arrays import Array
from bpcli.nn.initializers import (
    Constants,
    Initializer,
    Normal,
    Orthogonal,
    ScaledNormal,
    ScaledUniform,
    TruncatedNormal,
    Uniform,
    Zeros,
)
from bpcli.nn.layers import BatchNorm, Dense, LayerNorm, Normalization
from bpcli.nn.losses import (
    CrossEntropy,
    HalfSquaredError,
    Hinge,
    Huber,
    KLDivergence,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    Poisson,
)
from bpcli.nn.network import Network
from bpcli.optim.penalties import Penalty, penalties
from bpcli.training.objective import Objective

FEATURES, HIDDEN, OUTPUTS = 3, 4, 3

TargetKind = Literal["values", "one-hot", "classes", "probabilities", "0/1", "counts"]


class Pairing(NamedTuple):
    """A loss, an output activation it goes with, and a kind of targets they go with."""

    loss: Loss
    output: AnyActivation
    targets: TargetKind
    outputs: int = OUTPUTS
    class_weights: tuple[float, ...] | None = None


class Case(NamedTuple):
    """An objective to check, and the batch to check it on."""

    name: str
    objective: Objective
    X: Array
    T: Array


ACTIVATIONS: tuple[AnyActivation, ...] = (
    Identity(),
    Sigmoid(),
    Tanh(),
    ReLU(),
    LeakyReLU(slope=0.1),
    ELU(alpha=0.7),
    SELU(),
    GELU(),
    GELU(approximate="tanh"),
    Softplus(),
    Softsign(),
    SiLU(),
    HardSigmoid(),
    Exp(),
    Softmax(),
)
_TANH = Tanh()
_USUAL: tuple[AnyActivation, ...] = (_TANH, ReLU())

_OUTPUTS: tuple[AnyActivation, ...] = (Identity(), Sigmoid(), Tanh(), ReLU(), Softmax())
_DISTRIBUTIONS: tuple[TargetKind, ...] = ("one-hot", "probabilities")

CLASSIFIER = Pairing(CrossEntropy(), Softmax(), "classes")
_WEIGHTS = (0.5, 2.0, 1.25)
PAIRINGS: tuple[Pairing, ...] = (
    *(Pairing(MeanSquaredError(), output, "values") for output in ACTIVATIONS),
    *(Pairing(loss, output, "one-hot") for loss in (MeanSquaredError(), HalfSquaredError()) for output in _OUTPUTS),
    *(Pairing(loss, Identity(), "values") for loss in (MeanAbsoluteError(), Huber(delta=0.5))),
    Pairing(HalfSquaredError(reduction="sum"), Sigmoid(), "values"),
    CLASSIFIER,
    *(Pairing(CrossEntropy(), Softmax(), targets) for targets in _DISTRIBUTIONS),
    *(Pairing(CrossEntropy(), Sigmoid(), targets) for targets in _DISTRIBUTIONS),
    Pairing(CrossEntropy(), Sigmoid(), "0/1", outputs=1),
    Pairing(CrossEntropy(label_smoothing=0.1), Softmax(), "classes"),
    Pairing(CrossEntropy(label_smoothing=0.1), Sigmoid(), "0/1", outputs=1),
    Pairing(CrossEntropy(), Softmax(), "classes", class_weights=_WEIGHTS),
    Pairing(CrossEntropy(label_smoothing=0.2), Softmax(), "probabilities", class_weights=_WEIGHTS),
    Pairing(CrossEntropy(), Sigmoid(), "one-hot", class_weights=_WEIGHTS),
    Pairing(CrossEntropy(), Sigmoid(), "0/1", outputs=1, class_weights=_WEIGHTS[:2]),
    Pairing(CrossEntropy(reduction="sum"), Softmax(), "classes"),
    *(Pairing(KLDivergence(), Softmax(), targets) for targets in _DISTRIBUTIONS),
    Pairing(Hinge(), Identity(), "classes"),
    Pairing(Hinge(margin=0.5), Identity(), "one-hot", class_weights=_WEIGHTS),
    *(Pairing(Poisson(), output, "counts") for output in (Exp(), Softplus())),
)
PENALTIES = (Penalty(), Penalty(l2=0.1), Penalty(l1=0.05), Penalty(l2=0.1, l1=0.05))
INITIALIZERS: tuple[Initializer, ...] = (
    Zeros(),
    Constants(),
    Normal(std=0.5),
    TruncatedNormal(std=0.5),
    Uniform(limit=0.5),
    *(ScaledNormal(name=name) for name in ("glorot_normal", "he_normal", "lecun_normal")),
    *(ScaledUniform(name=name) for name in ("glorot_uniform", "he_uniform", "lecun_uniform")),
    Orthogonal(),
)
NORMALIZATIONS: tuple[Normalization | None, ...] = (None, BatchNorm(), LayerNorm())
DEPTHS = (1, 2, 3, 4)
BATCH_SIZES = (1, 2, 7)

_SEED = 33
"""drawn batches on which every tensor of every case has a gradient far above rounding (but for those of all-zero W)"""


def suite_cases() -> Iterator[Case]:
    """Every part beside every part it touches.

    Every pairing with every penalty and batch size; every hidden activation with the classifier, with every depth and
    initialiser, and with every normalisation, dropout and noise.
    """
    for pairing in PAIRINGS:
        for hidden in _USUAL:
            yield make_case(pairing, hidden=hidden)
    for pairing, penalty in product(PAIRINGS, PENALTIES[1:]):
        yield make_case(pairing, penalty=penalty)
    for pairing, batch in product(PAIRINGS, BATCH_SIZES):
        yield make_case(pairing, batch=batch)
    for hidden, depth in product(ACTIVATIONS, DEPTHS):
        yield make_case(CLASSIFIER, hidden=hidden, depth=depth, penalty=PENALTIES[-1], batch=BATCH_SIZES[-1])
    for init in INITIALIZERS:
        yield make_case(CLASSIFIER, init=init)
    for hidden, normalization in product(ACTIVATIONS, NORMALIZATIONS):
        yield make_case(CLASSIFIER, hidden=hidden, depth=3, normalization=normalization, dropout=0.3, noise=0.1)


def make_case(
    pairing: Pairing,
    *,
    hidden: AnyActivation = _TANH,
    depth: int = 2,
    penalty: Penalty = PENALTIES[0],
    init: Initializer | None = None,
    batch: int = 5,
    normalization: Normalization | None = None,
    dropout: float = 0.0,
    noise: float = 0.0,
) -> Case:
    """A network of `depth` layers and a random batch `X (batch, 3)` for it, all float64 and always the same.

    Biases are random too, as after some training: at zero, dead units would sit on the very kink of relu.
    """
    specs = [Dense(units=HIDDEN, activation=hidden, init=init, normalization=normalization, dropout=dropout)]
    specs = [*specs * (depth - 1), Dense(units=pairing.outputs, activation=pairing.output, init=init)]
    network = Network(specs, features=FEATURES, dtype=np.float64, seed=0, input_noise=noise)
    rng = np.random.default_rng(_SEED)
    biases = network.parameters.theta[network.parameters.weights.stop :]
    biases += 0.3 * rng.standard_normal(len(biases))
    X = rng.standard_normal((batch, FEATURES))
    T = _targets(pairing, batch, rng)
    weights = None if pairing.class_weights is None else np.array(pairing.class_weights)
    loss = pairing.loss.bind(pairing.output, weights)
    stretch = (network.parameters.weights, penalty)
    objective = Objective(network, loss, penalties([stretch]), pairing.loss.reduction)
    return Case(_name(pairing, hidden, depth, penalty, init, batch, normalization, dropout, noise), objective, X, T)


def _name(
    pairing: Pairing,
    hidden: AnyActivation,
    depth: int,
    penalty: Penalty,
    init: Initializer | None,
    batch: int,
    normalization: Normalization | None,
    dropout: float,
    noise: float,
) -> str:
    parts = [
        _label(pairing.loss),
        f"{_label(pairing.output)} output",
        f"{pairing.targets} targets",
        f"{depth} layer{'s' * (depth > 1)} {_label(hidden)}",
        f"l2 {penalty.l2:g}",
        f"l1 {penalty.l1:g}",
        f"init {init.name if init else 'default'}",
        f"batch {batch}",
    ]
    parts += [f"class weights {pairing.class_weights}"] if pairing.class_weights else []
    parts += [normalization.name] if normalization else []
    parts += [f"dropout {dropout:g}"] if dropout else []
    parts += [f"noise {noise:g}"] if noise else []
    return ", ".join(parts)


def _label(section: Loss | AnyActivation) -> str:
    """The name of a section, and what in it is not as usual: `elu alpha 0.7`."""
    changed = [(f.name, getattr(section, f.name)) for f in fields(section) if getattr(section, f.name) != f.default]
    return " ".join([section.name, *(f"{name} {value}" for name, value in changed if name != "name")])


def _targets(pairing: Pairing, batch: int, rng: np.random.Generator) -> Array:
    shape = (batch, pairing.outputs)
    if pairing.targets == "values":
        return rng.standard_normal(shape)
    if pairing.targets == "counts":
        return rng.poisson(2.0, shape).astype(np.float64)
    if pairing.targets == "0/1":
        return rng.integers(0, 2, shape).astype(np.float64)
    if pairing.targets == "probabilities":
        return rng.dirichlet(np.ones(pairing.outputs), batch)
    classes = rng.integers(0, pairing.outputs, batch)
    return np.eye(pairing.outputs)[classes] if pairing.targets == "one-hot" else classes
