"""A stream: rows of a file or a pipe below a header, each checked as it comes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bpcli.data.dataset import DataInfo
from bpcli.data.sources.stream import Row, Stream
from bpcli.errors import BpcliError, DataError

MakeStream = Callable[..., Stream]


@pytest.fixture
def stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeStream:
    """A section whose file holds the given text."""
    monkeypatch.chdir(tmp_path)

    def make(text: str | bytes, **keys: Any) -> Stream:
        Path("s.csv").write_bytes(text.encode() if isinstance(text, str) else text)
        return Stream(file="s.csv", **keys)

    return make


FLOWERS = "width,length,kind\n1,2,rose\n\n3,4.5,iris\n-1e-3,0,rose\n"


def test_rows_of_numbers_are_a_regression_of_the_last_column(stream: MakeStream) -> None:
    source = stream("a,b,c\n1,2,3\n4,5,6\n")
    assert source.info() == DataInfo(2, feature_names=("a", "b"))
    assert list(source.rows()) == [Row([1, 2], [3]), Row([4, 5], [6])]


def test_classes_have_the_numbers_of_their_order_in_the_config(stream: MakeStream) -> None:
    source = stream(FLOWERS, target="kind", classes=("rose", "tulip", "iris"))
    assert source.info() == DataInfo(2, class_names=("rose", "tulip", "iris"), feature_names=("width", "length"))
    assert [row.y for row in source.rows() if row] == [0, 2, 0]


def test_classes_may_be_numbers_however_they_are_written(stream: MakeStream) -> None:
    source = stream("a,b\n1,0\n1,1.0\n1,1\n", classes=(0, 1))
    assert source.info().class_names == ("0", "1")
    assert [row.y for row in source.rows() if row] == [0, 1, 1]


def test_labels_of_a_stream_can_be_joined(stream: MakeStream) -> None:
    source = stream("a,b\n1,x\n1,X.\n1,y\n", classes=("x", "y"), class_aliases={"X.": "x"})
    assert [row.y for row in source.rows() if row] == [0, 0, 1]


def test_several_columns_of_numbers_can_be_learnt(stream: MakeStream) -> None:
    source = stream("a,b,c\n1,2,3\n", target=("c", 0))
    assert (source.info().features, source.info().targets) == (1, 2)
    assert list(source.rows()) == [Row([2], [3, 1])]


def test_an_autoencoder_learns_all_columns(stream: MakeStream) -> None:
    source = stream("a,b\n1,2\n", target="input")
    assert (source.info().features, source.info().targets) == (2, 2)
    assert list(source.rows()) == [Row([1, 2], [])]


def test_a_file_is_read_from_its_beginning_each_time(stream: MakeStream) -> None:
    source = stream(FLOWERS, classes=("rose", "iris"))
    assert list(source.rows()) == list(source.rows())
    assert len(list(source.rows())) == 3


def test_quotes_spaces_delimiters_and_a_byte_order_mark_are_understood(stream: MakeStream) -> None:
    source = stream('\ufeff"a, b"; "c"\r\n "1";2 \r\n', delimiter=";")
    assert source.info().feature_names == ("a, b",)
    assert list(source.rows()) == [Row([1], [2])]


@pytest.mark.parametrize(
    ("text", "keys", "message"),
    [
        ("", {}, "s.csv is empty, but a stream begins with a line of column names"),
        ("1,a\n2,b\n", {}, "s.csv:1: a stream begins with a line of column names, and '1' is a number"),
        ("a\n1\n", {}, "s.csv:1 has one column, but a target and at least one feature are needed; is ',' what "
         "separates its cells? If not, write data.delimiter"),
        ("a;b\n1;0\n", {}, "s.csv:1 has one column, but a target and at least one feature are needed; write "
         'data.delimiter: ";"'),
        ("a,b\n1,0\n2\n", {}, "s.csv:3 has 1 cells, but s.csv:1 has 2"),
        ("a,b\n1,0\nx,1\n", {}, "s.csv:3: a: 'x' is not a number"),
        (",b\n1,0\nx,1\n", {}, "s.csv:3: column 0: 'x' is not a number"),
        ("a,b\n\n1,\n", {}, "s.csv:3: b: the cell is empty, where a number belongs"),
        ("a,b\n1,inf\n", {}, "s.csv:2: b: 'inf' is not a finite number"),
        ("a,b\n1,x\n1,z\n", {"classes": ("x", "y")}, "s.csv:3: b: 'z' is not one of the classes x, y"),
        ("a,b\n1,X.\n", {"classes": ("x", "y")}, "s.csv:2: b: 'X.' is not one of the classes x, y; if 'X.' means 'x', "
         """write data.class_aliases: {"X.": "x"} (as an argument: 'data.class_aliases={"X.": "x"}')"""),
        ("a,b\n1,\n", {"classes": ("x", "y")}, "s.csv:2: b: the cell is empty, where the target belongs"),
        ('a,b\n1,"x\n', {}, "s.csv:2 is not CSV: unexpected end of data"),
        (b"a,b\n1,\xff\n", {}, "s.csv:2 is not text in UTF-8: save it as that"),
        ("a,b\n1,0\n", {"target": "c"}, "data.target: s.csv:1 has no columns called 'c'; it has a, b"),
        ("a,b\n1,0\n", {"target": 2}, "data.target: s.csv has 2 columns, so target goes from 0 to 1"),
        ("a,b\n1,0\n", {"classes": ("x",)}, "data.classes: classes must be at least two names, each of them once"),
        ("a,b\n1,0\n", {"classes": ("x", "x")}, "data.classes: classes must be at least two names, each of them once"),
        ("a,b,c\n1,0,0\n", {"target": (0, 1), "classes": ("x", "y")},
         "data.classes: classes are those of a single target column, not of 2: leave it out"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(
    stream: MakeStream, text: str | bytes, keys: dict[str, Any], message: str
) -> None:
    source = stream(text, **keys)
    with pytest.raises(BpcliError) as caught:
        _ = [source.info(), *source.rows()]
    assert str(caught.value) == message


def test_the_rows_before_a_broken_one_come_first(stream: MakeStream) -> None:
    rows = stream("a,b\n1,2\n3,4\n5,x\n").rows()
    assert [next(rows), next(rows)] == [Row([1], [2]), Row([3], [4])]
    with pytest.raises(DataError, match=r"s\.csv:4: b: 'x'"):
        next(rows)


def test_it_has_no_splits(stream: MakeStream) -> None:
    with pytest.raises(DataError, match="a stream is read once and has no splits: give other data"):
        stream(FLOWERS).load(0)
