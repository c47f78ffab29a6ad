"""Small networks that between them hold every part bpcli has, in every legal pairing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Literal, NamedTuple, get_args

import numpy as np

from bpcli.nn.activations import AnyActivation, Identity, ReLU, Sigmoid, Softmax, Tanh
from bpcli.nn.arrays import Array
from bpcli.nn.dense import Dense
from bpcli.nn.initializers import Initializer, Normal, ScaledNormal, ScaledUniform, Uniform, Zeros
from bpcli.nn.losses import CrossEntropy, HalfSquaredError, Loss, MeanSquaredError
from bpcli.nn.network import Network
from bpcli.optim.penalties import Penalty, penalties
from bpcli.training.objective import Objective

FEATURES, HIDDEN, OUTPUTS = 3, 4, 3

TargetKind = Literal["values", "one-hot", "classes", "probabilities", "0/1"]


class Pairing(NamedTuple):
    """A loss, an output activation it goes with, and a kind of targets they go with."""

    loss: Loss
    output: AnyActivation
    targets: TargetKind
    outputs: int = OUTPUTS


class Case(NamedTuple):
    """An objective to check, and the batch to check it on."""

    name: str
    objective: Objective
    X: Array
    T: Array


_TANH = Tanh()
_ACTIVATIONS: tuple[AnyActivation, ...] = (Identity(), Sigmoid(), _TANH, ReLU(), Softmax())

CLASSIFIER = Pairing(CrossEntropy(), Softmax(), "classes")
PAIRINGS: tuple[Pairing, ...] = (
    *(
        Pairing(loss, output, targets)
        for loss in (MeanSquaredError(), HalfSquaredError())
        for output, targets in product(_ACTIVATIONS, get_args(TargetKind)[:2])
    ),
    CLASSIFIER,
    Pairing(CrossEntropy(), Softmax(), "one-hot"),
    Pairing(CrossEntropy(), Softmax(), "probabilities"),
    Pairing(CrossEntropy(), Sigmoid(), "one-hot"),
    Pairing(CrossEntropy(), Sigmoid(), "probabilities"),
    Pairing(CrossEntropy(), Sigmoid(), "0/1", outputs=1),
)
PENALTIES = (Penalty(), Penalty(l2=0.1), Penalty(l1=0.05), Penalty(l2=0.1, l1=0.05))
INITIALIZERS: tuple[Initializer, ...] = (
    Zeros(),
    Normal(std=0.5),
    Uniform(limit=0.5),
    *(ScaledNormal(name=name) for name in ("glorot_normal", "he_normal", "lecun_normal")),
    *(ScaledUniform(name=name) for name in ("glorot_uniform", "he_uniform", "lecun_uniform")),
)
DEPTHS = (1, 2, 3, 4)
BATCH_SIZES = (1, 2, 7)

_SEED = 33
"""drawn batches on which every tensor of every case has a gradient far above rounding (but for those of all-zero W)"""


def suite_cases() -> Iterator[Case]:
    """Every part beside every part it touches.

    Every pairing with every hidden activation, penalty and batch size; every hidden activation with every depth and
    initialiser.
    """
    for pairing, hidden in product(PAIRINGS, _ACTIVATIONS):
        yield make_case(pairing, hidden=hidden)
    for pairing, penalty in product(PAIRINGS, PENALTIES[1:]):
        yield make_case(pairing, penalty=penalty)
    for pairing, batch in product(PAIRINGS, BATCH_SIZES):
        yield make_case(pairing, batch=batch)
    for hidden, depth in product(_ACTIVATIONS, DEPTHS):
        yield make_case(CLASSIFIER, hidden=hidden, depth=depth, penalty=PENALTIES[-1], batch=BATCH_SIZES[-1])
    for hidden, init in product(_ACTIVATIONS, INITIALIZERS):
        yield make_case(CLASSIFIER, hidden=hidden, init=init)


def make_case(
    pairing: Pairing,
    *,
    hidden: AnyActivation = _TANH,
    depth: int = 2,
    penalty: Penalty = PENALTIES[0],
    init: Initializer | None = None,
    batch: int = 5,
) -> Case:
    """A network of `depth` layers and a random batch `X (batch, 3)` for it, all float64 and always the same.

    Biases are random too, as after some training: at zero, dead units would sit on the very kink of relu.
    """
    specs = [Dense(units=HIDDEN, activation=hidden, init=init)] * (depth - 1)
    specs.append(Dense(units=pairing.outputs, activation=pairing.output, init=init))
    network = Network(specs, features=FEATURES, dtype=np.float64, seed=0, capacity=batch)
    rng = np.random.default_rng(_SEED)
    biases = network.parameters.theta[network.parameters.weights.stop :]
    biases[...] = 0.3 * rng.standard_normal(len(biases))
    X = rng.standard_normal((batch, FEATURES))
    T = _targets(pairing, batch, rng)
    head = pairing.loss.head(pairing.output, capacity=batch, width=pairing.outputs, dtype=np.float64)
    name = (
        f"{pairing.loss.name}, {pairing.output.name} output, {pairing.targets} targets, "
        f"{depth} layer{'s' * (depth > 1)} {hidden.name}, l2 {penalty.l2:g}, l1 {penalty.l1:g}, "
        f"init {init.name if init else 'default'}, batch {batch}"
    )
    return Case(name, Objective(network, head, penalties([(network.parameters.weights, penalty)])), X, T)


def _targets(pairing: Pairing, batch: int, rng: np.random.Generator) -> Array:
    shape = (batch, pairing.outputs)
    if pairing.targets == "values":
        return rng.standard_normal(shape)
    if pairing.targets == "0/1":
        return rng.integers(0, 2, shape).astype(np.float64)
    if pairing.targets == "probabilities":
        return rng.dirichlet(np.ones(pairing.outputs), batch)
    classes = rng.integers(0, pairing.outputs, batch)
    return np.eye(pairing.outputs)[classes] if pairing.targets == "one-hot" else classes
