"""XOR and its n-bit form, parity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt, Le

from bpcli.data.dataset import DataInfo, Dataset, Examples
from bpcli.data.scaling import Scale
from bpcli.data.sources.base import Source


@dataclass(frozen=True, kw_only=True)
class Xor(Source):
    """xor: is the number of ones odd? All 2^bits rows, counting in binary (Rumelhart, Hinton and Williams 1986)."""

    name: Literal["xor"] = "xor"
    """exclusive or of 2 bits, parity of more"""
    bits: Annotated[int, Ge(2), Le(16)] = 2
    """inputs; the table has 2^bits rows"""
    batch_size: Annotated[int, Gt(0)] | Literal["full"] = "full"
    """examples per update; full: the whole training split"""
    scale: Scale = "none"
    """input scaling: unit (to [0, 1]), standard (mean 0, variance 1) or none; fitted on the training split"""

    def own_info(self) -> DataInfo:
        names = tuple(f"x{bit + 1}" for bit in range(self.bits))
        return DataInfo(features=self.bits, class_names=("0", "1"), feature_names=names)

    def own_data(self, seed: int) -> Dataset:
        numbers = np.arange(2**self.bits)[:, np.newaxis]
        bits = numbers >> np.arange(self.bits - 1, -1, -1) & 1
        return self.with_validation(
            self.own_info(), Examples(bits.astype(np.float64), bits.sum(axis=1) % 2), None, seed
        )
