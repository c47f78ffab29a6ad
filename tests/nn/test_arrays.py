import numpy as np
import pytest

from bpcli.nn.arrays import CACHE_LINE, zeros


@pytest.mark.parametrize("shape", [1, 7, (3, 5), (64, 10), ()])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_arrays_of_zeros_start_on_a_cache_line(shape: int | tuple[int, ...], dtype: type) -> None:
    for _ in range(5):
        array = zeros(shape, dtype)
        assert array.ctypes.data % CACHE_LINE == 0
        assert array.shape == np.zeros(shape).shape
        assert array.dtype == dtype
        assert array.flags.c_contiguous
        assert array.flags.writeable
        assert not array.any()
