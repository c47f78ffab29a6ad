"""The whole config: one typed object of one typed object a section."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, MinLen
from pydantic import ConfigDict, Discriminator

from bpcli.data.sources import AnySource
from bpcli.nn.activations import ActivationName
from bpcli.nn.dense import Dense
from bpcli.nn.initializers import Initializer
from bpcli.nn.losses import CrossEntropy, Loss
from bpcli.optim.penalties import Penalty
from bpcli.optim.schedules import Constant, Schedule
from bpcli.optim.sgd import SGD
from bpcli.training.metrics import MetricName
from bpcli.training.sections import Checkpoint, EarlyStopping, Training


@dataclass(frozen=True, kw_only=True)
class Model:
    """The layers, and what they share. `layers: [128, 10]` is short for `[{units: 128}, {units: 10}]`."""

    layers: Annotated[tuple[Dense, ...], MinLen(1)]
    """hidden layers, then the output layer"""
    input: Annotated[int, Gt(0)] | None = None
    """features of an example; inferred from the data, and checked against it where stated"""
    activation: ActivationName = "relu"
    """activation of the hidden layers that state none"""
    output: ActivationName | None = None
    """activation of the output layer; unset: what the loss asks for"""
    init: Annotated[Initializer, Discriminator("name")] | None = None
    """how the weights of layers that state none start"""


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
    threads: Annotated[int, Gt(0)] | Literal["auto"] = "auto"
    """threads for matrix products; auto chooses by the network's size"""
    data: Annotated[AnySource, Discriminator("name")]
    """what to learn from"""
    model: Model
    """the network"""
    loss: Annotated[Loss, Discriminator("name")] = CrossEntropy()
    """what training makes small"""
    optimizer: SGD = SGD()
    """how a gradient changes the weights"""
    schedule: Annotated[Schedule, Discriminator("name")] = Constant()
    """how the learning rate changes over the run"""
    regularization: Penalty = Penalty()
    """penalties on the weights"""
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
