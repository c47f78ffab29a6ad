"""The product that NumPy has no name for: one that adds to what is there, as BLAS's gemm does with its beta."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import numpy as np

from bpcli.nn.arrays import Array

_ROW_MAJOR, _COLUMN_MAJOR, _AS_IS, _TRANSPOSED = 101, 102, 111, 112
"""as CBLAS numbers them (Blackford et al. 2002, "An updated set of basic linear algebra subprograms")"""

_TYPES: dict[str, tuple[str, Any]] = {"float32": ("s", ctypes.c_float), "float64": ("d", ctypes.c_double)}
_Int, _Pointer = ctypes.c_int64, ctypes.c_void_p


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
        self._A = self._B = self._C = C
        self._start_A, self._start_B, self._beta = _Pointer(), _Pointer(), self._number()
        self._form: tuple[Any, ...] = ()
        self._arguments: tuple[Any, ...] = ()

    def __call__(self, A: Array, B: Array, beta: float) -> None:
        """`A (N, m)` and `B (N, n)`, of the type of `C` and apart from it. Raises ValueError for others.

        Each is contiguous in either order.
        """
        if A is not self._A or B is not self._B:
            form = A.shape, A.strides, A.dtype, B.shape, B.strides, B.dtype
            if form != self._form:
                self._arguments, self._form = self._prepared(A, B), form
            self._A, self._start_A.value = A, A.ctypes.data
            self._B, self._start_B.value = B, B.ctypes.data
        self._beta.value = beta
        self._gemm(*self._arguments)

    def _prepared(self, A: Array, B: Array) -> tuple[Any, ...]:
        """The arguments of gemm for arrays of these forms, wherever they start."""
        C = self._C
        if C.shape != (A.shape[1], B.shape[1]) or len(A) != len(B) or not A.dtype == B.dtype == C.dtype:
            raise ValueError(f"no product of {A.dtype} {A.T.shape} and {B.dtype} {B.shape} fits {C.dtype} {C.shape}")
        by_row = C.flags.c_contiguous
        (order_A, apart_A), (order_B, apart_B), (_, apart_C) = (_order(M, by_row=by_row) for M in (A.T, B, C))
        orders = map(ctypes.c_int, (_ROW_MAJOR if by_row else _COLUMN_MAJOR, order_A, order_B))
        sizes = map(_Int, (*C.shape, len(A)))
        operands = self._start_A, apart_A, self._start_B, apart_B
        return *orders, *sizes, self._number(1), *operands, self._beta, _Pointer(C.ctypes.data), apart_C


def _order(M: Array, *, by_row: bool) -> tuple[int, Any]:
    """Whether it is transposed for whoever reads by row (else by column), and how far its rows (columns) are apart."""
    if M.flags.c_contiguous:
        return _AS_IS if by_row else _TRANSPOSED, _Int(M.shape[1])
    if M.flags.f_contiguous:
        return _TRANSPOSED if by_row else _AS_IS, _Int(M.shape[0])
    raise ValueError("a matrix whose rows do not follow one another in memory has no order that BLAS knows")
