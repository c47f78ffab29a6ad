"""A data set names its splits, and a split is a view."""

import numpy as np
import pytest

from bpcli.data.dataset import DataInfo, Dataset, Examples
from bpcli.errors import DataError

ALL = Examples(np.arange(12.0).reshape(6, 2), np.array([0, 1, 0, 1, 0, 1]))
INFO = DataInfo(features=2, class_names=("no", "yes"))


def test_examples_without_rows_are_all_of_them() -> None:
    assert len(ALL) == 6
    assert ALL.targets is ALL.y


def test_examples_with_rows_are_those_rows_of_the_same_arrays() -> None:
    part = Examples(ALL.x, ALL.y, np.array([1, 3]))
    assert len(part) == 2
    assert part.targets.tolist() == [1, 1]
    assert np.shares_memory(part.x, ALL.x)


def test_the_number_of_classes_is_that_of_their_names_and_zero_for_regression() -> None:
    assert INFO.classes == 2
    assert DataInfo(features=2).classes == 0


def test_a_split_is_asked_for_by_name() -> None:
    assert Dataset(INFO, ALL, test=ALL).split("test") is ALL


def test_a_missing_split_is_refused_with_the_splits_there_are() -> None:
    with pytest.raises(DataError, match=r"no validation split, only train and test; set data\.validation_fraction"):
        Dataset(INFO, ALL, test=ALL).split("validation")
    with pytest.raises(DataError, match=r"no test split, only train$"):
        Dataset(INFO, ALL).split("test")
