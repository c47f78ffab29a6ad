"""Classes that a split lacks are found, and what that means for its figures is what is said."""

from __future__ import annotations

import numpy as np
import pytest

from bpcli.data.dataset import DataInfo, Examples
from bpcli.data.lacking import lacking_classes, lacking_warnings
from bpcli.training.metrics import ClassificationMetrics

INFO = DataInfo(1, class_names=("a", "b", "c"))


def split(y: list[int], rows: list[int] | None = None) -> Examples:
    return Examples(np.zeros((len(y), 1)), np.array(y), None if rows is None else np.array(rows))


@pytest.mark.parametrize(
    ("examples", "lacking"),
    [(split([0, 1, 2]), ()), (split([0, 2]), ("b",)), (split([0, 1, 2, 1], [1, 3]), ("a", "c"))],
)
def test_a_class_without_an_example_in_the_split_is_lacking(examples: Examples, lacking: tuple[str, ...]) -> None:
    assert lacking_classes(examples, INFO) == lacking


def test_of_several_target_columns_a_class_bears_the_name_of_its_own() -> None:
    info = DataInfo(1, targets=3, target_names=("kind", "size", "sure"), target_classes=(("x", "y"), (), ("no", "yes")))
    y = np.array([[1.0, 7.5, 0.0], [1.0, 0.5, 0.0]])
    assert lacking_classes(Examples(np.zeros((2, 1)), y), info) == ("kind x", "sure yes")
    assert lacking_classes(Examples(np.zeros((2, 1)), y[:, 1:2]), DataInfo(1)) == ()


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        ({"train": (), "test": ()}, []),
        (
            {"train": ("a",)},
            ["the training split has no example of class 'a', and so nothing to learn about it"],
        ),
        (
            {"all": tuple("abcdefg")},
            [
                "the rows have no example of the classes 'a', 'b', 'c', 'd', 'e' and 2 more: means over the classes "
                "leave them out, but macro_f1 counts 0 where one is predicted"
            ],
        ),
    ],
)
def test_each_split_that_lacks_classes_has_a_sentence(lacking: dict[str, tuple[str, ...]], said: list[str]) -> None:
    assert list(lacking_warnings(lacking)) == said


def test_what_is_said_of_the_means_over_classes_is_so() -> None:
    (said,) = lacking_warnings({"test": ("c",)})
    assert said.endswith("means over the classes leave it out, but macro_f1 counts 0 where it is predicted")
    names = ["balanced_accuracy", "macro_f1", "roc_auc", "average_precision"]
    found = []
    for classes, answers in ((2, [0, 0, 1, 1]), (3, [0, 0, 1, 1]), (3, [0, 0, 1, 2])):
        metrics = ClassificationMetrics(classes, names)
        metrics.add(np.eye(classes)[answers], np.array([0, 0, 1, 1]))
        found.append(metrics.result())
    assert found[0] == found[1], "left out"
    assert found[2]["balanced_accuracy"] == 0.75
    assert found[2]["macro_f1"] == pytest.approx((1 + 2 / 3 + 0) / 3)
