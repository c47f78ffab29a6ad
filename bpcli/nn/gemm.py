"""The product that NumPy has no name for: one that adds to what is there, as BLAS's gemm does with its beta."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any, cast

import numpy as np

from bpcli.nn.arrays import Array

_ROW_MAJOR, _AS_IS, _TRANSPOSED = 101, 111, 112
"""as CBLAS numbers them (Blackford et al. 2002, "An updated set of basic linear algebra subprograms")"""

_TYPES: dict[str, tuple[str, Any]] = {"float32": ("s", ctypes.c_float), "float64": ("d", ctypes.c_double)}
_Int, _Pointer, _Start = ctypes.c_int64, ctypes.c_void_p, ctypes.c_byte * 1


@cache
def find_gemm(dtype: np.dtype[Any]) -> Any:
    """The gemm for this type of the OpenBLAS in NumPy's own wheels; None where NumPy was built with another BLAS."""
    from threadpoolctl import ThreadpoolController

    name = f"scipy_cblas_{_TYPES[dtype.name][0]}gemm64_"
    for library in ThreadpoolController().lib_controllers:
        try:
            gemm = library.dynlib[name]
        except AttributeError:
            continue
        gemm.restype = None
        return gemm
    return None


class AddedProduct:
    """`C ← beta C + Aᵀ B`, again and again into one `C (m, n)`: where a layer's gradient goes, on top of the last one.

    The call is prepared once for arrays that come again, because that takes longer than a small product.
    """

    def __init__(self, C: Array) -> None:
        """`C` is contiguous in either order. Only where `find_gemm` finds one."""
        self._gemm, self._number = find_gemm(C.dtype), _TYPES[C.dtype.name][1]
        self._C = C
        self._A = self._B = C[:0]
        self._beta = self._number(0)
        self._arguments: tuple[Any, ...] = ()

    def __call__(self, A: Array, B: Array, beta: float) -> None:
        """`A (N, m)` and `B (N, n)`, contiguous in either order and apart from `C`. Raises TypeError for others."""
        if A is not self._A or B is not self._B:
            self._A, self._B, self._arguments = A, B, self._prepared(A.T, B, self._C)
        self._beta.value = beta
        self._gemm(*self._arguments)

    def _prepared(self, A: Array, B: Array, C: Array) -> tuple[Any, ...]:
        """The arguments of gemm for `C ← A B + beta C`."""
        if not C.flags.c_contiguous:
            A, B, C = B.T, A.T, C.T
        (order_A, *of_A), (order_B, *of_B) = _operand(A), _operand(B)
        (m, k), n = A.shape, B.shape[1]
        orders = map(ctypes.c_int, (_ROW_MAJOR, order_A, order_B))
        return *orders, _Int(m), _Int(n), _Int(k), self._number(1), *of_A, *of_B, self._beta, *_operand(C)[1:]


def _operand(A: Array) -> tuple[int, Any, Any]:
    """How a matrix lies in memory, where it starts there, and how far its rows (or columns) are apart."""
    order, rows = (_AS_IS, A) if A.flags.c_contiguous else (_TRANSPOSED, A.T)
    return order, _Start.from_buffer(cast("Any", rows)), _Int(rows.shape[1])
