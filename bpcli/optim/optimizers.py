"""Every optimizer a config can name, in one union."""

from __future__ import annotations

from bpcli.optim.adam import Adam, Adamax, AdamW, NAdam
from bpcli.optim.lbfgs import LBFGS
from bpcli.optim.rmsprop import Adagrad, RMSProp
from bpcli.optim.sgd import SGD

AnyOptimizer = SGD | Adagrad | RMSProp | Adam | AdamW | NAdam | Adamax | LBFGS
"""Discriminated by `name`."""
