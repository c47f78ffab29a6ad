"""A CSV file is read cell by cell, and what is wrong is named with its line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpcli.data.sources import csv_lines
from bpcli.data.sources.csv_table import Csv
from bpcli.errors import BpcliError, DataError

MakeCsv = Callable[..., Csv]


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeCsv:
    """A source whose file holds the given text."""
    monkeypatch.chdir(tmp_path)

    def make(text: str | bytes, **keys: Any) -> Csv:
        Path("t.csv").write_bytes(text.encode() if isinstance(text, str) else text)
        return Csv(file="t.csv", **keys)

    return make


FLOWERS = "width,length,kind\n1,2,rose\n3,4.5,iris\n\n-1e-3,0,rose\n"


def test_words_in_the_last_column_are_classes(table: MakeCsv) -> None:
    info, x, y = table(FLOWERS).table(0)
    assert info.class_names == ("iris", "rose")
    assert info.feature_names == ("width", "length")
    assert x.tolist() == [[1, 2], [3, 4.5], [-0.001, 0]]
    assert (y.tolist(), y.dtype) == ([1, 0, 1], np.intp)


@pytest.mark.parametrize("target", ["width", 0, -3])
def test_the_target_is_a_name_or_an_index(table: MakeCsv, target: str | int) -> None:
    info, x, y = table("width,length,depth\n.5,1,2\n.25,3,4\n", target=target).table(0)
    assert info.feature_names == ("length", "depth")
    assert x.tolist() == [[1, 2], [3, 4]]
    assert y.tolist() == [[0.5], [0.25]]


def test_a_file_without_a_header_has_no_feature_names(table: MakeCsv) -> None:
    info, x, _ = table("1,2,rose\n3,4,iris\n").table(0)
    assert info.feature_names == ()
    assert len(x) == 2


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("0,1,2,3\n.5,7,0,1\n2,3,4,0\n", {}),
        ("0,1,2,3,4\n.5,7,0,1,5\n2,3,4,0,6\n", {"target": (3, 4)}),
        ("label,0,1,2,3\n1,7,0,1,5\n0,3,4,0,6\n", {"target": "label"}),
        ("0,1,2,3,label\n7,0,1,5,rose\n3,4,0,6,iris\n", {}),
    ],
)
def test_a_first_line_that_counts_the_columns_is_a_header(text: str, keys: dict[str, Any], table: MakeCsv) -> None:
    info, x, _ = table(text, **keys).table(0)
    assert len(x) == 2
    assert len(info.feature_names) == x.shape[1]


@pytest.mark.parametrize(
    "text",
    [
        "0,1,2\n1,1,0\n",
        "1,2,3,4\n.5,7,0,1\n",
        "0,1,2,3\n1,2,3,4\n5,6,7,8\n",
        "0,1,2,3,rose\n7,0,1,5,iris\n3,4,0,6,rose\n",
        "0,1,2,3.0\n7,0,1,5.5\n",
    ],
)
def test_a_first_line_that_may_be_a_row_is_one(text: str, table: MakeCsv) -> None:
    info, x, _ = table(text).table(0)
    assert len(x) == text.count("\n")
    assert info.feature_names == ()


def test_a_column_without_a_name_is_called_by_its_place_in_messages_alone(table: MakeCsv) -> None:
    with pytest.raises(DataError, match=r"^t.csv:2: column 2: the cell is empty, where the target belongs$"):
        table("a,b,\n1,0,\n").info()
    assert table(",a,b\n7,1,0\n8,2,1\n").info().feature_names == ("", "a")


def test_few_integers_are_classes_in_the_order_of_their_size(table: MakeCsv) -> None:
    info, _, y = table("a,b\n1,10\n2,9\n3,+10\n4,-1\n").table(0)
    assert info.class_names == ("-1", "9", "+10", "10")
    assert y.tolist() == [3, 1, 2, 0]


@pytest.mark.parametrize(
    "labels",
    [("007", "7"), ("1e2", "100"), ("1", "1.0"), ("9007199254740992", "9007199254740993"), ("yes", "Yes"), ("a", "a.")],
)
def test_labels_that_are_written_otherwise_are_different_classes(table: MakeCsv, labels: tuple[str, str]) -> None:
    one, other = labels
    info, _, y = table(f"a,b\n1,{one}\n2, {other} \n3,{one}\n", task="classification").table(0)
    assert set(info.class_names) == set(labels)
    assert [info.class_names[index] for index in y] == [one, other, one]


def test_a_label_that_is_spelt_otherwise_can_be_joined(table: MakeCsv) -> None:
    text = "a,b\n1,<=50K\n2,>50K\n3,<=50K.\n4,>50K.\n"
    aliases = {"<=50K.": "<=50K", ">50K.": ">50K"}
    for keys in ({}, {"classes": ("<=50K", ">50K")}):
        info, _, y = table(text, class_aliases=aliases, **keys).table(0)
        assert info.class_names == ("<=50K", ">50K")
        assert y.tolist() == [0, 1, 0, 1]


def test_classes_of_several_target_columns_are_said_column_by_column(table: MakeCsv) -> None:
    source = table("a,b,c\n1,x,0.5\n2,x,1\n", target=("b", "c"), classes=(("w", "x"), ()))
    assert source.table(0).info.target_classes == (("w", "x"), ())
    assert source.table(0).y.tolist() == [[1, 0.5], [1, 1]]


def test_a_task_is_said_of_each_of_several_target_columns(table: MakeCsv) -> None:
    source = table("a,b,c\n1,0,0\n2,1,1\n", target=("b", "c"), task=("regression", "classification"))
    assert source.info().target_classes == ((), ("0", "1"))


def test_many_integers_and_fractions_are_numbers(table: MakeCsv) -> None:
    many = "".join(f"0,{value}\n" for value in range(21))
    for text in (many, "1,0.5\n2,1\n"):
        info, _, y = table(text).table(0)
        assert info.class_names == ()
        assert (y.shape[1], y.dtype) == (1, np.float64)


def test_the_task_can_be_said(table: MakeCsv) -> None:
    assert table("1,0\n2,1\n", task="regression").info().class_names == ()
    assert table("1,0.5\n2,1\n", task="classification").info().class_names == ("0.5", "1")


def test_several_target_columns_of_numbers_and_classes(table: MakeCsv) -> None:
    text = "size,kind,price,age\n1,rose,2.5,0\n2,iris,3.5,1\n3,rose,4.5,0\n"
    info, x, y = table(text, target=("price", 1)).table(0)
    assert (info.features, info.feature_names) == (2, ("size", "age"))
    assert (info.targets, info.class_names) == (2, ())
    assert info.target_names == ("price", "kind")
    assert info.target_classes == ((), ("iris", "rose"))
    assert x.tolist() == [[1, 0], [2, 1], [3, 0]]
    assert (y.tolist(), y.dtype) == ([[2.5, 1], [3.5, 0], [4.5, 1]], np.float64)


def test_a_list_of_one_target_is_that_target(table: MakeCsv) -> None:
    listed, alone = table(FLOWERS, target=("kind",)).table(0), table(FLOWERS, target="kind").table(0)
    assert listed.info == alone.info
    assert listed.y.tolist() == alone.y.tolist()


def test_with_target_input_every_column_is_an_input(table: MakeCsv) -> None:
    data = table("a,b\n1,2\n3,4\n5,6\n7,8\n9,0\n", target="input").load(0)
    assert data.info.feature_names == ("a", "b")
    assert (data.info.features, data.info.targets, data.info.class_names) == (2, 2, ())
    assert len(data.train) == 4
    assert table("1,2\n3,4\n", target="input").info().features == 2


def test_classes_can_be_said_for_a_file_that_does_not_hold_them_all(table: MakeCsv) -> None:
    info, _, y = table(FLOWERS, classes=("tulip", "rose", "iris")).table(0)
    assert info.class_names == ("tulip", "rose", "iris")
    assert y.tolist() == [1, 2, 1]
    info, _, y = table("1,2\n1,2.0\n", classes=(1, 2)).table(0)
    assert (info.class_names, y.tolist()) == (("1", "2"), [1, 1])


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_can_be_said(table: MakeCsv, delimiter: str) -> None:
    assert table(FLOWERS.replace(",", delimiter), delimiter=delimiter).info().features == 2


def test_quotes_spaces_and_a_byte_order_mark_are_understood(table: MakeCsv) -> None:
    info, x, _ = table('\ufeff"a, b", "c"\r\n "1",x \r\n2, "y"\r\n').table(0)
    assert info.feature_names == ("a, b",)
    assert info.class_names == ("x", "y")
    assert x.tolist() == [[1], [2]]


def test_it_is_split_and_read_once(table: MakeCsv) -> None:
    source = table("a,b\n" + "".join(f"{row},{row % 2}\n" for row in range(50)), validation_fraction=0.25)
    info = source.info()
    Path("t.csv").unlink()
    data = source.load(0)
    assert data.info == info
    assert [len(examples) for examples in data.splits.values()] == [30, 10, 10]


@pytest.mark.parametrize(
    ("text", "keys", "message"),
    [
        ("", {}, "t.csv is empty"),
        ("\n\n", {}, "t.csv is empty"),
        ("a,b\n", {}, "t.csv has a header, but no examples"),
        ("a\n1\n", {}, "t.csv:1 has one column, but a target and at least one feature are needed; is ',' what "
         "separates its cells? If not, write data.delimiter"),
        ("a;b\n1;0\n", {}, "t.csv:1 has one column, but a target and at least one feature are needed; write "
         'data.delimiter: ";"'),
        ("a\tb\n1\t0\n", {}, "t.csv:1 has one column, but a target and at least one feature are needed; write "
         'data.delimiter: "\\t"'),
        ("1  0\n2  1\n", {}, "t.csv:1 has one column, but a target and at least one feature are needed; spaces do not "
         "separate cells: put ',' in the place of each run of them"),
        ("a;b\n1,5;0\n", {}, 't.csv:2 has 2 cells, but t.csv:1 has 1; write data.delimiter: ";"'),
        ("# mine\na,b\n1,0\n", {}, "t.csv:2 has 2 cells, but t.csv:1 has 1"),
        ('"a";"b"\n1;0\n', {}, "t.csv:1 is not CSV: ',' expected after '\"'; is ',' what separates its cells? If not, "
         "write data.delimiter"),
        ("a,b\n1,0\n2\n", {}, "t.csv:3 has 1 cells, but t.csv:1 has 2"),
        ("a,b\n1,0\nx,1\n", {}, "t.csv:3: a: 'x' is not a number"),
        ("a,b\n1,0\n1_000,1\n", {}, "t.csv:3: a: '1_000' is not a number"),
        ("a,b\n1,0\n\u0663,1\n", {}, "t.csv:3: a: '\u0663' is not a number"),
        ("a,a,b\n1,0,1\n", {}, "t.csv:1: 'a' names two columns: give each a name"),
        ("1,2,0\n1,x,1\n", {}, "t.csv:2: column 1: 'x' is not a number"),
        ("a,b\n1,0\n,1\n", {}, "t.csv:3: a: the cell is empty, where a number belongs"),
        ("a,b\n1,0\nNaN,1\n", {}, "t.csv:3: a: 'NaN' is not a finite number"),
        ("a,b\n1,0\n1e999,1\n", {}, "t.csv:3: a: '1e999' is not a finite number"),
        ("a,b\n1,0\n1,\n", {}, "t.csv:3: b: the cell is empty, where the target belongs"),
        ("a,b\n1,.5\n1,inf\n", {}, "t.csv:3: b: 'inf' is not a finite number"),
        ("a,b\n1,.5\n1,?\n", {}, "t.csv:3: b: '?' is not a number, as other targets are; mend it, or set data.task to "
         "classification if these are names of classes"),
        ("a,b\n1,x\n1,y\n", {"task": "regression"}, "t.csv:2: b: 'x' is not a number"),
        ("a,b\n1,x\n1,x\n", {}, "every target in t.csv is 'x', and one class leaves nothing to learn"),
        ('a,b\n1,"x\n', {}, "t.csv:2 is not CSV: unexpected end of data"),
        ("a,b\n1,x\n1,x\0\n", {}, "t.csv:3 holds a NUL character: this is not text, or damaged"),
        (f"a,b\n1,{'x' * 1001}\n", {}, "t.csv:2 has a cell of 1001 characters, where 1000 are the most"),
        (b"a,b\n1,\xff\n", {}, "t.csv is not text in UTF-8: save it as that"),
        ("a,b\n1,0\n", {"target": "c"}, "data.target: t.csv:1 has no columns called 'c'; it has a, b"),
        ("a,a,b\n1,0,0\n", {"target": "a"}, "data.target: t.csv:1 has 2 columns called 'a'; it has a, a, b"),
        ("1,2,x\n1,0,y\n", {"target": "x"}, "data.target: t.csv has no header; give target as an index from 0"),
        ("a,b\n1,x\n1,z\n", {"classes": ("x", "y")}, "t.csv:3: b: 'z' is not one of the classes x, y"),
        ("a,b\n1,<=50K\n1,<=50K.\n2,>50K.\n", {"classes": ("<=50K", ">50K")}, "t.csv:3: b: '<=50K.' is not one of the "
         "classes <=50K, >50K; if '<=50K.' means '<=50K', write data.class_aliases: "
         '{"<=50K.": "<=50K", ">50K.": ">50K"} (as an argument: '
         """'data.class_aliases={"<=50K.": "<=50K", ">50K.": ">50K"}')"""),
        ("a,b\n1,<50K\n", {"classes": ("<=50K", ">50K")}, "t.csv:2: b: '<50K' is not one of the classes <=50K, >50K"),
        ("a,b\n1,-1\n", {"classes": ("0", "1")}, "t.csv:2: b: '-1' is not one of the classes 0, 1"),
        ("a,b\n1,01\n", {"classes": ("0", "1")}, "t.csv:2: b: '01' is not one of the classes 0, 1; if '01' means '1', "
         """write data.class_aliases: {"01": "1"} (as an argument: 'data.class_aliases={"01": "1"}')"""),
        ("a,b\n1,x\n1,y\n", {"classes": ("x", "y"), "class_aliases": {"z": "w"}}, "data.class_aliases.z: 'w' is not "
         "one of the classes x, y"),
        ("a,b\n1,x\n1,y\n", {"classes": ("x", "y"), "class_aliases": {"x": "y"}}, "data.class_aliases.x: 'x' is one of "
         "the classes: leave it out here, or there"),
        ("a,b\n1,x\n1,y\n", {"class_aliases": {"x": "z", "z": "y"}}, "data.class_aliases.x: 'z' is an alias itself: "
         "write the class it stands for"),
        ("a,b\n1,x\n1,y\n", {"classes": ("x", "y"), "task": "regression"}, "data.classes: task and classes contradict "
         "each other: leave one of them out"),
        ("a,b\n1,x\n1,y\n", {"task": ("regression",) * 2}, "data.task: task has 2 entries, but there are 1 target "
         "columns: give as many"),
        ("a,b,c\n1,x,0\n", {"target": (1, 2), "classes": ("x", "y")}, "data.classes: there are 2 target columns: give "
         "a list of classes for each, [] for one of numbers"),
        ("a,b\n1,x\n", {"classes": (("x", "y"), ())}, "data.classes: there is one target column: give its classes as "
         "one list, such as [no, yes]"),
        ("a,b\n1,0\n", {"target": 2}, "data.target: t.csv has 2 columns, so target goes from 0 to 1"),
        ("a,input\n1,0\n", {"target": "input"}, "data.target: t.csv:1 has a column called 'input', so target: input "
         "could mean two things: give the column's index, or rename it to learn all columns"),
        ("a,b\n1,x\n", {"target": "input"}, "t.csv:2: b: 'x' is not a number"),
        ("a,b,c\n1,0,2\n", {"target": ("b", 1)}, "data.target[1]: t.csv:1: this column is in the list already"),
        ("a,b,c\n1,0,2\n", {"target": ("b", "d")}, "data.target[1]: t.csv:1 has no columns called 'd'; it has a, b, c"),
        ("a,b\n1,0\n", {"target": (0, 1)}, "data.target: t.csv: target must leave a column to learn from, and name at "
         "least one"),
        ("a,b\n1,0\n", {"target": ()}, "data.target: t.csv: target must leave a column to learn from, and name at "
         "least one"),
        ("a,b\n1,0\n2,1\n", {"test_fraction": 0.1}, "data.test_fraction: test_fraction 0.1 of 2 examples leaves "
         "nothing in a split: write 0, or at least 0.5"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(
    table: MakeCsv, text: str | bytes, keys: dict[str, Any], message: str
) -> None:
    with pytest.raises(BpcliError) as caught:
        table(text, **keys).load(0)
    assert str(caught.value) == message


def test_a_file_that_cannot_be_read_is_an_error_of_its_key(tmp_path: Path) -> None:
    for path, why in ((tmp_path / "absent.csv", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(BpcliError) as caught:
            Csv(file=str(path)).load(0)
        assert str(caught.value) == f"data.file: cannot read {path}: {why}"


def test_a_line_that_never_ends_is_refused_at_a_bound(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(csv_lines, "LONGEST_LINE", 1000)
    path = tmp_path / "zeros"
    path.write_bytes(b"\0" * 100_000)
    with pytest.raises(DataError, match=r"zeros has a line longer than 1,000 characters: is this a CSV file\?"):
        csv_lines.read_lines(path, ",")


def test_lines_without_end_are_refused_before_the_memory_is_full(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    looks = iter([False, False, True])
    monkeypatch.setattr(csv_lines, "BETWEEN_LOOKS", 10)
    monkeypatch.setattr(csv_lines, "is_nearly_full", lambda: next(looks))
    path = tmp_path / "lines"
    path.write_text("1,2\n" * 100)
    with pytest.raises(DataError, match=r"lines fills the memory of this machine with its first 30 lines: give fewer"):
        csv_lines.read_lines(path, ",")


def test_lines_that_do_not_fit_say_how_many_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def exhausted(place: str, *_: object) -> csv_lines.Line:
        if place.endswith(":4"):
            raise MemoryError
        return csv_lines.Line(place, ["1", "2"])

    monkeypatch.setattr(csv_lines, "filled_line", exhausted)
    path = tmp_path / "lines"
    path.write_text("1,2\n" * 100)
    with pytest.raises(DataError, match=r"there is not enough memory for more than 3 lines of .*lines: give fewer"):
        csv_lines.read_lines(path, ",")
