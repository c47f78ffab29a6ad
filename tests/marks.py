"""Conditions that several tests have."""

from __future__ import annotations

import numpy as np
import pytest

from bpcli.nn.gemm import find_gemm

needs_gemm = pytest.mark.skipif(
    find_gemm(np.dtype(np.float32)) is None, reason="NumPy has another BLAS than that of its wheels"
)
