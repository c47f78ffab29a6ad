"""An NPZ file is taken as it is split, and checked array by array."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpcli.data.sources import npz_arrays
from bpcli.data.sources.npz_arrays import Npz
from bpcli.errors import BpcliError, DataError

MakeNpz = Callable[..., Npz]

X = np.arange(40.0).reshape(20, 2)
Y = np.arange(20) % 4


@pytest.fixture
def npz(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeNpz:
    """A source whose file holds the given arrays."""
    monkeypatch.chdir(tmp_path)

    def make(*, keys: dict[str, Any] | None = None, **arrays: Any) -> Npz:
        np.savez("d.npz", **arrays)
        return Npz(file="d.npz", **(keys or {}))

    return make


def test_x_and_y_are_split(npz: MakeNpz) -> None:
    data = npz(x=X, y=Y, keys={"validation_fraction": 0.25}).load(0)
    assert [len(examples) for examples in data.splits.values()] == [12, 4, 4]
    assert (data.train.x == X).all()
    assert (data.train.y == Y).all()


def test_several_columns_of_y_are_named_by_their_index(npz: MakeNpz) -> None:
    info = npz(x=X, y=np.ones((20, 3))).info()
    assert (info.targets, info.target_names, info.target_classes) == (3, ("y0", "y1", "y2"), ((), (), ()))
    assert npz(x=X, y=np.ones(20)).info().target_names == ()


@pytest.mark.parametrize("arrays", [{"x": X}, {"x": X, "y": Y}, {"x_train": X, "x_test": X[:4]}])
def test_an_autoencoder_needs_no_y(npz: MakeNpz, arrays: dict[str, Any]) -> None:
    data = npz(**arrays, keys={"target": "input"}).load(0)
    assert (data.info.class_names, data.info.features, data.info.targets) == ((), 2, 2)
    assert len(data.split("test")) == 4


def test_splits_in_the_file_are_kept(npz: MakeNpz) -> None:
    source = npz(x_train=X, y_train=Y, x_validation=X[:3], y_validation=Y[:3], x_test=X[3:5], y_test=Y[3:5])
    data = source.load(0)
    assert [len(examples) for examples in data.splits.values()] == [20, 3, 2]
    assert data.split("test").y.tolist() == [3, 0]


def test_splits_not_in_the_file_are_taken_from_training(npz: MakeNpz) -> None:
    data = npz(x_train=X, y_train=Y, x_test=X[:3], y_test=Y[:3], keys={"validation_fraction": 0.2}).load(0)
    assert [len(examples) for examples in data.splits.values()] == [16, 4, 3]


@pytest.mark.parametrize(
    ("y", "names"),
    [
        (Y, ("0", "1", "2", "3")),
        (Y * 10 - 10, ("-10", "0", "10", "20")),
        (Y > 1, ("False", "True")),
        (np.array(["rose", "iris"])[Y % 2], ("iris", "rose")),
        (np.array([b"rose", b"iris"])[Y % 2], ("iris", "rose")),
        (np.array(["10", "9"])[Y % 2], ("9", "10")),
        (np.uint64(2**63) + Y.astype(np.uint64) % np.uint64(2), (str(2**63), str(2**63 + 1))),
        (Y.reshape(20, 1), ("0", "1", "2", "3")),
    ],
)
def test_integers_words_and_truth_values_are_classes(npz: MakeNpz, y: Any, names: tuple[str, ...]) -> None:
    data = npz(x=X, y=y).load(0)
    assert data.info.class_names == names
    labels = [label.decode() if isinstance(label, bytes) else str(label) for label in y.ravel().tolist()]
    assert [names[index] for index in data.train.targets] == [labels[row] for row in data.train.rows]


@pytest.mark.parametrize(
    ("y", "names"), [(Y * 10.0, ("0", "10", "20", "30")), (np.float32(Y) / 10, ("0", "0.1", "0.2", "0.3"))]
)
def test_floating_numbers_that_are_classes_are_written_as_short_as_can_be(
    npz: MakeNpz, y: Any, names: tuple[str, ...]
) -> None:
    assert npz(x=X, y=y, keys={"task": "classification"}).info().class_names == names


def test_words_are_trimmed_and_joined(npz: MakeNpz) -> None:
    data = npz(x=X, y=np.array(["a", " a", "b", "b."])[Y], keys={"class_aliases": {"b.": "b"}}).load(0)
    assert data.info.class_names == ("a", "b")
    assert data.train.y.tolist() == (Y // 2).tolist()


def test_whole_numbers_of_splits_of_several_types_are_not_merged(npz: MakeNpz) -> None:
    large = 2**53 + np.arange(20) % 2
    data = npz(x_train=X, y_train=large, x_test=X, y_test=large.astype(np.uint64)).load(0)
    assert data.info.class_names == (str(2**53), str(2**53 + 1))


def test_classes_can_be_said_for_a_file_that_does_not_hold_them_all(npz: MakeNpz) -> None:
    data = npz(x=X, y=Y * 0 + 2, keys={"classes": ("0", "1", "2")}).load(0)
    assert (data.info.classes, set(data.train.y.tolist())) == (3, {2})
    with pytest.raises(BpcliError, match=r"d\.npz: the y of train: '3' is not one of the classes 0, 1, 2$"):
        npz(x=X, y=Y, keys={"classes": ("0", "1", "2")}).load(0)


def test_whole_numbers_can_be_said_to_be_numbers(npz: MakeNpz) -> None:
    data = npz(x=X, y=Y, keys={"task": "regression"}).load(0)
    assert (data.info.class_names, data.train.y.shape, data.train.y.dtype) == ((), (20, 1), np.float64)


@pytest.mark.parametrize(
    ("y", "keys", "message"),
    [
        (np.array(["a", "b"])[Y % 2], {"task": "regression"}, "data.task: y holds words, and no numbers"),
        (X, {"task": "classification"}, "data.task: the 2 columns of y are numbers: leave it out"),
    ],
)
def test_a_task_that_the_values_cannot_be_for_is_refused(
    npz: MakeNpz, y: Any, keys: dict[str, Any], message: str
) -> None:
    with pytest.raises(BpcliError, match=message):
        npz(x=X, y=y, keys=keys).load(0)


def test_a_class_that_only_the_test_split_has_is_a_class(npz: MakeNpz) -> None:
    data = npz(x_train=X, y_train=Y % 2, x_test=X, y_test=Y).load(0)
    assert data.info.classes == 4


@pytest.mark.parametrize(("y", "targets"), [(X[:, 0], 1), (X, 2)])
def test_floating_numbers_are_regression_targets(npz: MakeNpz, y: Any, targets: int) -> None:
    data = npz(x=X, y=y.astype(np.float32)).load(0)
    assert (data.info.classes, data.info.targets) == (0, targets)
    assert (data.train.y.shape, data.train.y.dtype) == ((20, targets), np.float64)


def test_images_are_flattened_and_bytes_stay_bytes(npz: MakeNpz) -> None:
    images = np.arange(20 * 6, dtype=np.uint8).reshape(20, 2, 3)
    data = npz(x=images, y=Y).load(0)
    assert (data.info.features, data.info.image_shape) == (6, (2, 3))
    assert (data.train.x.shape, data.train.x.dtype) == ((20, 6), np.uint8)


ALLOWED = "it must hold x and y, or x_train and y_train; x_validation and y_validation; x_test and y_test"


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({}, f"d.npz holds nothing; {ALLOWED}"),
        ({"x": X}, f"d.npz holds x; {ALLOWED}"),
        ({"x": X, "y": Y, "x_val": X}, f"d.npz holds x, y, x_val; {ALLOWED}"),
        ({"x": X, "y": Y, "x_train": X, "y_train": Y}, f"d.npz holds x, y, x_train, y_train; {ALLOWED}"),
        ({"x": X, "y": Y, "x_test": X}, "d.npz has only one of x_test and y_test"),
        ({"x": X, "y": Y[:5]}, "d.npz: the train split has 20 examples, but its y is (5,)"),
        ({"x": X[:0], "y": Y[:0]}, "d.npz: the x of train is float64 (0, 2); it must be numbers, (examples, features) "
         "or (examples, rows, columns)"),
        ({"x": np.full((2, 2), "a"), "y": Y[:2]}, "d.npz: the x of train is <U1 (2, 2); it must be numbers, (examples, "
         "features) or (examples, rows, columns)"),
        ({"x": np.where(X == 7, np.nan, X), "y": Y}, "d.npz: row 3 of the x of train is not finite"),
        ({"x": X, "y": np.where(X == 7, np.inf, X)}, "d.npz: row 3 of the y of train is not finite"),
        ({"x": X, "y": Y.reshape(20, 1, 1)}, "d.npz: y is int64 (20, 1, 1); it must be integers or words (examples,) "
         "for classes, or numbers (examples,) or (examples, targets)"),
        ({"x": X, "y": np.full((20, 2), "a")}, "d.npz: y is <U1 (20, 2); it must be integers or words (examples,) for "
         "classes, or numbers (examples,) or (examples, targets)"),
        ({"x": X, "y": np.zeros((20, 0))}, "d.npz: y is float64 (20, 0); it must be integers or words (examples,) for "
         "classes, or numbers (examples,) or (examples, targets)"),
        ({"x": X, "y": np.full(20, b"\xff")}, "d.npz: y holds bytes that are not text in UTF-8"),
        ({"x": X, "y": Y, "x_test": X, "y_test": X[:, 0]}, "d.npz: y is float64 (20,) and int64 (20,); it must be "
         "integers or words (examples,) for classes, or numbers (examples,) or (examples, targets)"),
        ({"x": X, "y": Y * 0}, "d.npz: every y is 0, and one class leaves nothing to learn"),
        ({"x": X, "y": Y, "x_test": X[:, :1], "y_test": Y}, "d.npz: the examples of all splits must have one shape, "
         "not (1,) and (2,)"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_array(npz: MakeNpz, arrays: dict[str, Any], message: str) -> None:
    with pytest.raises(BpcliError) as caught:
        npz(**arrays).load(0)
    assert str(caught.value) == message


def test_a_fraction_of_what_the_file_has_split_is_an_error_of_its_key(npz: MakeNpz) -> None:
    source = npz(x_train=X, y_train=Y, x_validation=X, y_validation=Y, keys={"validation_fraction": 0.1})
    with pytest.raises(BpcliError, match=r"data\.validation_fraction: d\.npz has a validation split"):
        source.load(0)


def test_pickled_objects_are_never_loaded(npz: MakeNpz) -> None:
    with pytest.raises(
        BpcliError, match=r"d\.npz holds an array of Python objects, which is never loaded: save numbers"
    ):
        npz(x=X, y=np.array([object()] * 20)).load(0)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"text", b"\x93NUMPY\x01\x00"])
def test_anything_else_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "d.npz"
    path.write_bytes(content)
    with pytest.raises(BpcliError, match="cannot be read as an NPZ file"):
        Npz(file=str(path)).load(0)


def test_a_single_array_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "d.npy", X)
    with pytest.raises(BpcliError, match="cannot be read as an NPZ file"):
        Npz(file=str(tmp_path / "d.npy")).load(0)


def test_a_truncated_file_is_refused(npz: MakeNpz) -> None:
    source = npz(x=X, y=Y)
    content = Path("d.npz").read_bytes()
    for end in range(1, len(content), 53):
        Path("d.npz").write_bytes(content[:end])
        with pytest.raises(BpcliError, match="cannot be read as an NPZ file"):
            Npz(file=source.file).load(0)


def test_a_header_that_asks_for_less_than_was_written_is_refused(npz: MakeNpz) -> None:
    source = npz(x=np.arange(1200.0).reshape(600, 2), y=np.arange(600) % 4)
    Path("d.npz").write_bytes(Path("d.npz").read_bytes().replace(b"(600", b"(200"))  # a bit in each
    assert len(np.load("d.npz")["x"]) == 200
    with pytest.raises(BpcliError, match=r"d\.npz is damaged: its x\.npy is not the array that was written"):
        source.load(0)


@pytest.mark.parametrize("content", [b"", b"words"])
def test_a_member_that_is_no_array_is_refused(npz: MakeNpz, content: bytes) -> None:
    source = npz(x=X)
    with zipfile.ZipFile("d.npz", "a") as archive:
        archive.writestr("y.npy", content)
    with pytest.raises(BpcliError, match=r"d\.npz is damaged: its y is not the array that was written"):
        source.load(0)


def test_a_file_that_is_not_there_is_an_error_of_its_key(tmp_path: Path) -> None:
    with pytest.raises(BpcliError, match=r"data\.file: there is no file"):
        Npz(file=str(tmp_path / "d.npz")).load(0)


def test_arrays_that_unpack_to_more_than_there_is_are_refused_before_they_do(
    npz: MakeNpz, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.savez_compressed("bomb.npz", x=np.zeros((1000, 1000)), y=np.zeros(1000))
    monkeypatch.setattr(npz_arrays, "most_memory", lambda: 1_000_000)
    with pytest.raises(DataError, match=r"the arrays in bomb.npz take 8.01 MB, and this process can have 1 MB"):
        Npz(file="bomb.npz").info()


def test_memory_that_runs_out_is_not_put_down_to_the_file(npz: MakeNpz, monkeypatch: pytest.MonkeyPatch) -> None:
    source = npz(x=X, y=Y)

    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(np.lib.npyio.NpzFile, "__getitem__", exhausted)
    with pytest.raises(DataError, match=r"there is not enough memory to read d\.npz: give fewer rows"):
        source.info()
