"""The kinds of normalisation a layer can have."""

from __future__ import annotations

from bpcli.nn.batch_norm import BatchNorm
from bpcli.nn.layer_norm import LayerNorm

Normalization = BatchNorm | LayerNorm
"""Discriminated by `name`."""
