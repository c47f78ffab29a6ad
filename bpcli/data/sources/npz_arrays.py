"""Arrays of the user's own, as NPZ."""

from __future__ import annotations

import tokenize
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Lt

from bpcli.data.dataset import DataInfo, Dataset, Examples, SplitName
from bpcli.data.labels import Spellings, written
from bpcli.data.memory import in_words, most_memory
from bpcli.data.paths import require_file, user_path
from bpcli.data.sources.labelled import Labelled, TargetColumn, numbered, refusal
from bpcli.data.splits import split_off
from bpcli.errors import DataError, config_error, listed
from bpcli.nn.arrays import Array

SPLITS: tuple[SplitName, ...] = ("train", "validation", "test")

ALLOWED = "x and y, or x_train and y_train; x_validation and y_validation; x_test and y_test"

READ_ERRORS = (
    EOFError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    SyntaxError,
    ValueError,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What np.load raises for files that are not what they should be."""


@dataclass(frozen=True, kw_only=True)
class Npz(Labelled):
    """npz: arrays x and y, or x_train and y_train and so on.

    x is (examples, features) or images (examples, rows, columns); y is (examples,) words, truth values or integers for
    classes, or (examples,) or (examples, targets) numbers for regression. With target: input no y is needed.
    """

    name: Literal["npz"] = "npz"
    """your own arrays, as NPZ"""
    file: str
    """the NPZ file: x and y, or x_train, y_train, x_validation, y_validation, x_test, y_test"""
    test_fraction: Annotated[float, Ge(0), Lt(1)] = 0.2
    """share of all examples kept for testing, where the file has no x_test"""

    def own_info(self) -> DataInfo:
        return self._table[0]

    def own_data(self, seed: int) -> Dataset:
        info, splits = self._table
        train, test = splits["train"], splits.get("test")
        if test is None:
            train, test = split_off(train, "test_fraction", self.test_fraction, seed=seed)
        if "validation" not in splits:
            return self.with_validation(info, train, test, seed)
        if self.validation_fraction:
            raise config_error(
                ("data", "validation_fraction"), f"{self.file} has a validation split; leave validation_fraction out"
            )
        return Dataset(info, train, splits["validation"], test)

    def target_columns(self) -> tuple[TargetColumn, ...]:
        return () if self.reconstructs else _looks([y for _, y in self._content.values()])

    @cached_property
    def _content(self) -> dict[SplitName, tuple[Array, Array]]:
        """`x (M, features)` or `(M, rows, columns)`, and `y (M,)` or `(M, targets)` as it is written, by split."""
        pairs = _pairs(self.file, _read(user_path(self.file, "file")), needs_y=not self.reconstructs)
        shapes = {x.shape[1:] for x, _ in pairs.values()}
        if len(shapes) > 1:
            raise DataError(f"{self.file}: the examples of all splits must have one shape, not {_listed(shapes)}")
        ys = _targets(self.file, {name: y for name, (_, y) in pairs.items()})
        return {name: (x, ys[name]) for name, (x, _) in pairs.items()}

    @cached_property
    def _table(self) -> tuple[DataInfo, dict[SplitName, Examples]]:
        pairs = self._content
        class_names, ys = self._encoded({name: y for name, (_, y) in pairs.items()})
        examples = {name: Examples(x.reshape(len(x), -1), ys[name]) for name, (x, _) in pairs.items()}
        shape = pairs["train"][0].shape[1:]
        targets = 1 if class_names else examples["train"].y.shape[1]
        info = DataInfo(
            features=int(np.prod(shape)),
            class_names=class_names,
            targets=targets,
            target_names=tuple(f"y{index}" for index in range(targets)) if targets > 1 else (),
            target_classes=((),) * targets if targets > 1 else (),
            image_shape=shape if len(shape) == 2 else None,
            has_validation="validation" in examples,
        )
        return info, examples

    def _encoded(self, ys: dict[SplitName, Array]) -> tuple[tuple[str, ...], dict[SplitName, Array]]:
        """Class names and indices `(M,)` by split, or no names and `(M, targets)` numbers by split."""
        columns = _looks(list(ys.values()))
        tasks = self.tasks(len(columns))
        if len(columns) > 1 and "classification" in tasks:
            raise config_error(("data", "task"), f"the {len(columns)} columns of y are numbers: leave it out")
        if (tasks[0] or columns[0].guess) == "regression":
            if columns[0].kind == "words":
                raise config_error(("data", "task"), "y holds words, and no numbers: write classification")
            return (), {split: y.reshape(len(y), -1).astype(np.float64) for split, y in ys.items()}
        spellings = self.spellings()
        labels = {split: _labels(y, spellings) for split, y in ys.items()}
        class_names = self.class_names((name for names, _ in labels.values() for name in names), 0, 1)
        if len(class_names) < 2:
            raise DataError(f"{self.file}: every y is {class_names[0]}, and one class leaves nothing to learn")
        for split, (names, _) in labels.items():
            if wrong := refusal(names, class_names, spellings):
                raise DataError(f"{self.file}: the y of {split}: {wrong[1]}")
        return class_names, {split: numbered(names, class_names)[index] for split, (names, index) in labels.items()}


def _read(path: Path) -> dict[str, Array]:
    require_file(path, "file")
    try:
        with open(path, "rb") as raw, np.load(raw, allow_pickle=False) as file:  # np.load forgets to close a bad file
            _require_room(path, sum(member.file_size for member in file.zip.infolist()))
            damaged = file.zip.testzip()  # np.load reads, and so checks, no more bytes than a header's shape asks for
            arrays = {name: file[name] for name in file.files}
    except FileNotFoundError as error:
        raise config_error(("data", "file"), f"there is no file {path}") from error
    except OSError as error:
        raise config_error(("data", "file"), f"cannot read {path}: {error.strerror or error}") from error
    except MemoryError as error:
        raise DataError(f"there is not enough memory to read {path}: give fewer rows, or end other programs") from error
    except (*READ_ERRORS, AttributeError, TypeError) as error:  # the last two: an .npy, which is one array
        if "Object arrays" in str(error):
            message = "an array of Python objects, which is never loaded: save numbers, or words as in y.astype(str)"
            raise DataError(f"{path} holds {message}") from error
        raise DataError(f"{path} cannot be read as an NPZ file of plain arrays (np.savez writes one)") from error
    damaged = damaged or next((name for name, array in arrays.items() if not isinstance(array, np.ndarray)), None)
    if damaged is not None:
        raise DataError(f"{path} is damaged: its {damaged} is not the array that was written")
    return arrays


def _require_room(path: Path, size: int) -> None:
    """Raise DataError for arrays of more bytes than can be had: a file may unpack to a thousand times its size."""
    if size > (most := most_memory()):
        raise DataError(
            f"the arrays in {path} take {in_words(size)}, and this process can have {in_words(most)} of memory: "
            "give fewer rows or columns"
        )


def _pairs(file: str, arrays: Mapping[str, Array], *, needs_y: bool) -> dict[SplitName, tuple[Array, Array]]:
    """`x` and `y` of every split there is, checked each for itself and against each other in length.

    A `y` that is not needed and not there is `(M, 1)` zeros.
    """
    named = {f"{name}_train" if name in ("x", "y") else name: array for name, array in arrays.items()}
    known = {f"{axis}_{split}" for axis in "xy" for split in SPLITS}
    needed = {"x_train", "y_train"} if needs_y else {"x_train"}
    if len(named) < len(arrays) or not named.keys() <= known or not needed <= named.keys():
        raise DataError(f"{file} holds {listed(arrays) or 'nothing'}; it must hold {ALLOWED}")
    pairs: dict[SplitName, tuple[Array, Array]] = {}
    for split in SPLITS:
        x, y = named.get(f"x_{split}"), named.get(f"y_{split}")
        if x is None and y is None:
            continue
        if x is not None and y is None and not needs_y:
            y = np.zeros((*x.shape[:1], 1))
        if x is None or y is None:
            raise DataError(f"{file} has only one of x_{split} and y_{split}")
        if len(x.shape) not in (2, 3) or 0 in x.shape or x.dtype.kind not in "buif":
            raise DataError(
                f"{file}: the x of {split} is {x.dtype} {x.shape}; it must be numbers, "
                "(examples, features) or (examples, rows, columns)"
            )
        if y.shape[:1] != x.shape[:1]:
            raise DataError(f"{file}: the {split} split has {len(x)} examples, but its y is {y.shape}")
        if not np.isfinite(x).all():
            raise DataError(f"{file}: row {_first_bad_row(x)} of the x of {split} is not finite")
        pairs[split] = (x if x.dtype == np.uint8 or x.dtype.kind == "f" else x.astype(np.float64), y)
    return pairs


def _targets(file: str, ys: dict[SplitName, Array]) -> dict[SplitName, Array]:
    """`y` of each split, `(M,)` or `(M, targets)`: words as text, and a single column without an axis of its own."""
    ys = {split: y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y for split, y in ys.items()}
    try:
        ys = {split: np.char.decode(y, "utf-8") if y.dtype.kind == "S" else y for split, y in ys.items()}
    except UnicodeDecodeError as error:
        raise DataError(f"{file}: y holds bytes that are not text in UTF-8") from error
    kinds = {y.dtype.kind for y in ys.values()}
    is_of_one_type = kinds <= set("iu") or kinds in ({"b"}, {"f"}, {"U"})
    dimensions = (1,) if kinds == {"U"} else (1, 2)
    is_empty = any(0 in y.shape for y in ys.values())
    if (
        is_empty
        or not is_of_one_type
        or len({y.shape[1:] for y in ys.values()}) > 1
        or ys["train"].ndim not in dimensions
    ):
        raise DataError(
            f"{file}: y is {_listed({f'{y.dtype} {y.shape}' for y in ys.values()})}; it must be integers or words "
            "(examples,) for classes, or numbers (examples,) or (examples, targets)"
        )
    for split, y in ys.items():
        if y.dtype.kind == "f" and not np.isfinite(y).all():
            raise DataError(f"{file}: row {_first_bad_row(y)} of the y of {split} is not finite")
    return ys


def _looks(ys: Sequence[Array]) -> tuple[TargetColumn, ...]:
    """What the type and the values of each column of `y`, of all splits, say of it."""
    if ys[0].ndim == 2:
        columns: int = ys[0].shape[1]
        return (TargetColumn("whole", 0, "regression"),) * columns
    kind = ys[0].dtype.kind
    values = np.unique(np.concatenate([np.unique(y) for y in ys]))
    if kind == "U":
        return (TargetColumn("words", len(values), "classification"),)
    if kind != "f":
        return (TargetColumn("whole", len(values), "classification"),)
    return (TargetColumn("whole" if (values == np.rint(values)).all() else "fractions", len(values), "regression"),)


def _labels(y: Array, spellings: Spellings) -> tuple[list[str], Array]:
    """The different values of `y (M,)` as labels, which may repeat once they are trimmed, and the index of each row."""
    values, index = np.unique(y, return_inverse=True)
    names = [written(value) for value in (values if y.dtype.kind == "f" else values.tolist())]
    return spellings.names_of(names), index


def _first_bad_row(values: Array) -> int:
    return int(np.argmin(np.isfinite(values.reshape(len(values), -1)).all(axis=1)))


def _listed(things: set[object] | set[str] | set[tuple[int, ...]]) -> str:
    return " and ".join(sorted(map(str, things)))
