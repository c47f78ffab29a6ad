"""The confusion matrix, where there is room and where there is not."""

from __future__ import annotations

from pathlib import Path

from bpcli.api.evaluation import Evaluation
from bpcli.report.confusion import print_confusion

from .conftest import Screen


def evaluation(names: tuple[str, ...], matrix: tuple[tuple[int, ...], ...]) -> Evaluation:
    return Evaluation(Path("best.npz"), "data", "test", 10, 0.1, {}, class_names=names, confusion_matrix=matrix)


MATRIX = ((50, 0, 1), (0, 8, 2), (0, 0, 10))


def test_short_names_head_the_columns(screen: Screen) -> None:
    console, lines = screen()
    print_confusion(console, evaluation(("a", "b", "cat"), MATRIX))
    assert lines() == [
        "true \\ predicted   a  b  cat",
        "a                 50  ·    1",
        "b                  ·  8    2",
        "cat                ·  ·   10",
    ]


def test_long_names_are_numbered(screen: Screen) -> None:
    console, lines = screen()
    print_confusion(console, evaluation(("a", "b", "crocodile"), MATRIX))
    assert lines()[0] == "true \\ predicted   0  1   2"
    assert lines()[3] == "2 crocodile        ·  ·  10"


def test_where_it_has_no_room_the_most_confused_classes_are_listed(screen: Screen) -> None:
    console, lines = screen(20)
    print_confusion(console, evaluation(("a", "b", "cat"), MATRIX))
    assert [line.split() for line in lines()[-3:]] == [
        ["true", "predicted", "times"],
        ["b", "cat", "2"],
        ["a", "cat", "1"],
    ]
