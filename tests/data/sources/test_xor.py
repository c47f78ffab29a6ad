"""xor is the whole truth table, in the order of counting."""

import numpy as np

from bpcli.data.sources.xor import Xor


def test_xor_is_its_truth_table_in_the_order_of_counting() -> None:
    data = Xor().load(0)
    assert data.train.x.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert data.train.y.tolist() == [0, 1, 1, 0]
    assert data.info.class_names == ("0", "1")
    assert (data.train.x.dtype, data.train.y.dtype) == (np.float64, np.intp)


def test_it_is_learned_whole_in_one_batch_unless_said_otherwise() -> None:
    data = Xor().load(0)
    assert (data.validation, data.test) == (None, None)
    assert Xor().batch_size == "full"


def test_more_bits_give_parity() -> None:
    data = Xor(bits=5).load(0)
    assert data.info.features == 5
    assert len(data.train) == 32
    for row, (x, y) in enumerate(zip(data.train.x, data.train.y, strict=True)):
        assert int("".join(str(int(bit)) for bit in x), 2) == row
        assert y == row.bit_count() % 2


def test_parity_can_hold_rows_back_for_validation() -> None:
    data = Xor(bits=6, validation_fraction=0.25).load(0)
    assert [len(examples) for examples in data.splits.values()] == [48, 16]
