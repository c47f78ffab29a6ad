"""Small networks that between them hold every part bpcli has, in every legal pairing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple, get_args

import numpy as np

from bpcli.checks.faults import FaultName
from bpcli.checks.gradcheck import ATOL, EPS, RTOL, check_objective
from bpcli.checks.verdicts import GradcheckReport
from bpcli.nn.activations import ACTIVATIONS, ActivationName
from bpcli.nn.arrays import Array
from bpcli.nn.dense import Dense
from bpcli.nn.initializers import Initializer, Normal, ScaledNormal, ScaledUniform, Uniform, Zeros
from bpcli.nn.losses import CrossEntropy, HalfSquaredError, Loss, MeanSquaredError
