"""A table in the config: few examples, all of them for training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bpcli.data.sources.inline import Inline
from bpcli.errors import ConfigError

FOUR = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))


def test_lists_of_numbers_are_numbers_to_fit() -> None:
    data = Inline(inputs=((0, 0, 1, 1),), targets=((0, 0, 1),)).load(0)
    assert (data.info.features, data.info.targets, data.info.class_names) == (4, 3, ())
    assert data.info.target_names == ("y0", "y1", "y2")
    assert (data.train.x.tolist(), data.train.y.tolist()) == ([[0, 0, 1, 1]], [[0, 0, 1]])
    assert list(data.splits) == ["train"]


@pytest.mark.parametrize(
    ("targets", "names", "y"),
    [
        ((0, 1, 1, 0), ("0", "1"), [0, 1, 1, 0]),
        ((10, 9, 9, 10), ("9", "10"), [1, 0, 0, 1]),
        (("no", "yes", "yes", "maybe"), ("maybe", "no", "yes"), [1, 2, 2, 0]),
    ],
)
def test_whole_numbers_and_words_are_classes(targets: Any, names: tuple[str, ...], y: list[int]) -> None:
    info, _, labels = Inline(inputs=FOUR, targets=targets).table(0)
    assert info.class_names == names
    assert (labels.tolist(), labels.dtype) == (y, np.intp)


def test_the_task_the_classes_and_their_aliases_can_be_said() -> None:
    assert Inline(inputs=FOUR, targets=(0, 1, 2, 3), task="regression").info().class_names == ()
    assert Inline(inputs=FOUR, targets=(0.0, 1.5, 1, 0), task="classification").info().class_names == ("0", "1", "1.5")
    source = Inline(inputs=FOUR, targets=("a", "b.", "b", "a"), classes=("c", "b", "a"), class_aliases={"b.": "b"})
    assert source.table(0).y.tolist() == [2, 1, 1, 2]
    with pytest.raises(ConfigError, match=r"data\.targets\[1\]: 'b' is not one of the classes a, c"):
        Inline(inputs=FOUR, targets=("a", "b", "a", "a"), classes=("a", "c")).load(0)


def test_numbers_with_a_point_are_one_column_to_fit() -> None:
    info, _, y = Inline(inputs=FOUR, targets=(0.0, 1.5, 1, 0)).table(0)
    assert (info.class_names, info.targets, info.target_names) == ((), 1, ())
    assert y.tolist() == [[0], [1.5], [1], [0]]


def test_it_is_one_batch_without_a_test_split_as_it_is_written() -> None:
    source = Inline(inputs=FOUR, targets=(0, 1, 1, 0))
    assert (source.batch_size, source.scale, source.test_fraction) == ("full", "none", 0)


def test_an_autoencoder_needs_no_targets() -> None:
    data = Inline(inputs=FOUR, target="input").load(0)
    assert (data.info.features, data.info.targets) == (2, 2)


@pytest.mark.parametrize(
    ("inputs", "targets", "message"),
    [
        ((), (), "data.inputs: inputs must have at least one row, such as [[0, 1], [1, 0]]"),
        (((),), (0.5,), "data.inputs[0]: the row is empty: give at least one number"),
        (((1,), (1, 2)), (0, 1), "data.inputs[1]: inputs[1] has 2 numbers, but inputs[0] has 1"),
        (FOUR, ((1,), (1, 2), (1,), (1,)), "data.targets[1]: targets[1] has 2 numbers, but targets[0] has 1"),
        (FOUR, (0, 1), "data.targets: there are 2 targets for 4 inputs: give as many"),
        (FOUR, None, "data.targets: targets is missing: give one for each of inputs"),
        (FOUR, (0, "a", 1, 0), "data.targets: targets must be all numbers, all words, or all lists of numbers, not "
         "some of each"),
        (FOUR, ((0,), 1, (1,), (0,)), "data.targets: targets must be all numbers, all words, or all lists of numbers, "
         "not some of each"),
        (FOUR, (1, 1, 1, 1), "data.targets: every target is the class 1, and one class leaves nothing to learn: write "
         "1.0, with a point, where the number 1 is meant"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(inputs: Any, targets: Any, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Inline(inputs=inputs, targets=targets).load(0)
    assert str(caught.value) == message
