"""The confusion matrix, where there is room and where there is not."""

from __future__ import annotations

from pathlib import Path

from bpcli.api.evaluate import Evaluation
from bpcli.report.confusion import MOST_CLASSES, MOST_CONFUSED, print_confusion

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


def test_of_very_many_classes_the_most_confused_are_listed_however_wide_the_window(screen: Screen) -> None:
    classes = MOST_CLASSES + 1
    matrix = [[0] * classes for _ in range(classes)]
    for i in range(classes):
        matrix[i][i], matrix[i][(i + 1) % classes] = 10, i
    console, lines = screen(10_000)
    print_confusion(console, evaluation(tuple(f"c{i}" for i in range(classes)), tuple(map(tuple, matrix))))
    assert lines()[:4] == [
        "most confused classes; --json has the whole matrix",
        "true  predicted  times  of true",
        "c30   c0            30    75.0%",
        "c29   c30           29    74.4%",
    ]
    assert len(lines()) == 2 + MOST_CONFUSED


def test_where_no_class_is_taken_for_another_nothing_is_listed(screen: Screen) -> None:
    names = tuple(map(str, range(MOST_CLASSES + 1)))
    console, lines = screen()
    print_confusion(console, evaluation(names, tuple(tuple(int(a == b) for b in names) for a in names)))
    assert lines() == []
