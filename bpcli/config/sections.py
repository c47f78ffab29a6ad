"""The whole config: one typed object of one typed object a section."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt, MinLen
from pydantic import ConfigDict, Discriminator

from bpcli.data.sources import AnySource
from bpcli.nn.activations import AnyActivation, ReLU
from bpcli.nn.initializers import Initializer, Zeros
from bpcli.nn.layers import Dense, Normalization
from bpcli.nn.losses import CrossEntropy, Loss
from bpcli.nn.losses.weighted_sum import WeightedSum
from bpcli.optim.averaging import MovingAverage
from bpcli.optim.clipping import Clipping
from bpcli.optim.optimizers import AnyOptimizer
from bpcli.optim.penalties import Penalty
from bpcli.optim.schedules import Constant, Plateau, Schedule
from bpcli.optim.sgd import SGD
from bpcli.training.metrics import MetricName
from bpcli.training.monitor import Mode


@dataclass(frozen=True, kw_only=True)
class Training:
    """How long to train, and how often to measure."""

    epochs: Annotated[int, Gt(0)] | None = None
    """passes over the training split; unset: 10, or of a stream as many as it lasts"""
    evaluate_every: Annotated[int, Gt(0)] = 1
    """epochs between two evaluations, each a row of the log and a checkpoint; the last epoch is always evaluated"""


@dataclass(frozen=True, kw_only=True)
class Regularization(Penalty):
    """What keeps the weights small: R(w) = (λ₂/2) Σ w² + λ₁ Σ |w| beside the loss, and a limit to their norms."""

    max_norm: Annotated[float, Gt(0)] | None = None
    """c: after an update, a unit's incoming weights longer than c are shortened to c; unset: no limit"""


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """Which checkpoint is the best one, and whether to save between epochs."""

    monitor: str | None = None
    """metric that chooses best.npz; unset: validation_loss, or without it train_loss (of a stream prequential_loss)"""
    mode: Mode | None = None
    """whether less or more is better; unset: min for losses and errors, max for the rest"""
    every_steps: Annotated[int, Gt(0)] | None = None
    """updates between two saves of last.npz within an epoch; unset: only at evaluations"""


@dataclass(frozen=True, kw_only=True)
class EarlyStopping:
    """Stop when a metric has not improved for a while (Prechelt 1998)."""

    patience: Annotated[int, Gt(0)] = 5
    """evaluations without improvement to wait for"""
    min_delta: Annotated[float, Ge(0)] = 0.0
    """the least change that counts as an improvement"""
    monitor: str | None = None
    """metric to watch; unset: that of checkpoint.monitor"""
    mode: Mode | None = None
    """whether less or more is better; unset: by the metric"""


def watching(config: Config) -> dict[str, Checkpoint | EarlyStopping | Plateau]:
    """By key, those there are."""
    sections: dict[str, Checkpoint | EarlyStopping | Plateau] = {"checkpoint": config.checkpoint}
    if config.early_stopping is not None:
        sections["early_stopping"] = config.early_stopping
    if isinstance(config.schedule, Plateau):
        sections["schedule"] = config.schedule
    return sections


@dataclass(frozen=True, kw_only=True)
class Model:
    """The layers, and what they share. `layers: [128, 10]` is short for `[{units: 128}, {units: 10}]`."""

    layers: Annotated[tuple[Dense, ...], MinLen(1)]
    """hidden layers, then the output layer"""
    input: Annotated[int, Gt(0)] | None = None
    """features of an example; inferred from the data, and checked against it where stated"""
    activation: Annotated[AnyActivation, Discriminator("name")] = ReLU()
    """activation of the hidden layers that state none"""
    output: Annotated[AnyActivation, Discriminator("name")] | None = None
    """activation of the output layer; unset: what the loss asks for"""
    init: Annotated[Initializer, Discriminator("name")] | None = None
    """how the weights of layers that state none start"""
    bias_init: Annotated[Initializer, Discriminator("name")] = Zeros()
    """how the biases of layers that state none start"""
    normalization: Annotated[Normalization, Discriminator("name")] | None = None
    """of the hidden layers that state none; unset: none"""
    dropout: Annotated[float, Ge(0), Lt(1)] = 0.0
    """share of the outputs of hidden layers left out at random in training, of those that state none"""
    input_dropout: Annotated[float, Ge(0), Lt(1)] = 0.0
    """share of the inputs left out at random in training"""
    input_noise: Annotated[float, Ge(0)] = 0.0
    """standard deviation of Gaussian noise on the scaled inputs in training"""


@dataclass(frozen=True, kw_only=True)
class Config:
    """A training run, from its data to its checkpoints."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    name: str | None = None
    """names the run folder; unset: the config file's name"""
    seed: Annotated[int, Ge(0)] = 0
    """fixes every random draw: initial weights, splits, batch order"""
    dtype: Literal["float32", "float64"] = "float32"
    """precision of the arithmetic"""
    threads: Annotated[int, Gt(0), Le(1024)] | Literal["auto"] = "auto"
    """threads for matrix products; auto: one, as more are faster only where no other program uses the processors"""
    data: Annotated[AnySource, Discriminator("name")]
    """what to learn from"""
    model: Model
    """the network"""
    loss: Annotated[Loss | WeightedSum, Discriminator("name")] = CrossEntropy()
    """what training makes small"""
    optimizer: Annotated[AnyOptimizer, Discriminator("name")] = SGD()
    """how a gradient changes the weights"""
    schedule: Annotated[Schedule, Discriminator("name")] = Constant()
    """how the learning rate changes over the run"""
    regularization: Regularization = Regularization()
    """penalties on the weights, and limits to them"""
    clipping: Clipping = Clipping()
    """limits to the gradient"""
    average: MovingAverage | None = None
    """a running average of the weights, to measure and answer with; unset: none"""
    training: Training = Training()
    """how long to train"""
    metrics: tuple[MetricName, ...] = ()
    """measured of the validation split beside its loss and the usual ones; a metric that is monitored is added"""
    top_k: Annotated[int, Gt(1)] | None = None
    """largest outputs among which the true class must be for top_k_accuracy; unset: 5 where there are more classes"""
    checkpoint: Checkpoint = Checkpoint()
    """what to save"""
    early_stopping: EarlyStopping | None = None
    """when to stop before the last epoch; unset: never"""
