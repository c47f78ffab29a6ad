"""Rows that arrive, and are learnt from once."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar, Literal, NamedTuple

from annotated_types import Gt

from bpcli.data.dataset import DataInfo, Dataset
from bpcli.data.labels import CLASSES, Aliases, Spellings, stated_classes, unknown_label
from bpcli.data.scaling import Scale
from bpcli.data.sources.base import Source
from bpcli.data.sources.csv_lines import (
    NOT_UTF8,
    Line,
    arriving_lines,
    called,
    can_be_read_again,
    filled_line,
    is_number,
    not_csv,
    number,
    place_of,
)
from bpcli.data.sources.csv_table import Target, require_target, target_columns
from bpcli.errors import DataError, config_error


class Row(NamedTuple):
    """One example."""

    x: list[float]
    y: list[float] | int
    """numbers, or the number of a class"""


@dataclass(frozen=True, kw_only=True)
class Stream(Source):
    """stream: rows of CSV below a line of column names, each tested and then learnt from in the order they arrive.

    Its epochs are stretches of `epoch_size` rows. The test comes first, so its mean loss is an honest estimate of the
    loss on new data (Dawid 1984; Gama, Sebastião and Rodrigues 2013).
    """

    measured_as: ClassVar[Literal["train", "prequential"]] = "prequential"

    name: Literal["stream"] = "stream"
    """rows as they arrive, from a file or a pipe"""
    file: str
    """the CSV file, one line a row; "-": standard input"""
    target: Target = -1  # type: ignore[assignment]  # here also a column
    """column or columns to predict, by name or index from 0 (-1: the last); input: learn to give all columns back"""
    classes: tuple[str | int, ...] | None = None
    """names of the classes, in order; unset: the targets are numbers"""
    class_aliases: Aliases | None = None
    """other spellings of labels, each with the class it stands for"""
    delimiter: Literal[",", ";", "\t", "|"] = ","
    """what separates the cells of a line"""
    batch_size: Annotated[int, Gt(0)] = 1
    """new rows per update"""
    window: Annotated[int, Gt(0)] | None = None
    """latest rows that an update learns from, its new ones included; unset: the new ones alone"""
    epoch_size: Annotated[int, Gt(0)] = 1000
    """rows between two rows of the log, rounded up to whole updates"""
    scale: Scale = "none"
    """none: rows cannot be seen before they are learnt from; a run --from a checkpoint takes over its scaling"""
    shuffle: bool = False
    """false: rows are taken as they arrive"""

    @property
    def can_be_read_again(self) -> bool:
        """Whether this is a file, and no pipe."""
        return can_be_read_again(self.file)

    @property
    def steps_per_epoch(self) -> int:
        """Updates in a whole epoch."""
        return -(-self.epoch_size // self.batch_size)

    def require_file(self) -> None:
        """Raise DataError for a pipe, which is there to be learnt from."""
        if not self.can_be_read_again:
            raise DataError("only a training reads a pipe: give the rows as a file, with data.file=FILE")

    def info_of(self, features: int, names: tuple[str, ...] = (), targets: int = 1) -> DataInfo:
        """What a network has to fit, of rows of so many features."""
        return DataInfo(features, class_names=self._class_names(targets), targets=targets, feature_names=names)

    def own_info(self) -> DataInfo:
        names, targets = self._header.cells, self._targets
        features = tuple(name for column, name in enumerate(names) if column not in targets)
        return self.info_of(len(features), features, len(targets) or 1)

    def own_data(self, seed: int) -> Dataset:
        raise DataError(
            "a stream is read once and has no splits: give other data, such as data.name=csv data.file=FILE"
        )

    def rows(self) -> Iterator[Row | None]:
        """The rows below the header, a file's from its beginning; None where there may be a while until the next.

        Raises DataError, with the line, for a row that is not as the others.
        """
        names, targets = called(self._header.cells), self._targets
        others = [column for column in range(len(names)) if column not in targets]
        class_names, spellings = self._class_names(len(targets)), Spellings(self.classes or (), self.class_aliases)
        numbers = {name: number for number, name in enumerate(class_names)}
        for line in self._lines_below_header():
            if line is None:
                yield None
                continue
            x = [number(line, column, names) for column in others]
            if not class_names:
                yield Row(x, [number(line, column, names) for column in targets])
                continue
            require_target(line, targets[0], names)
            label = spellings.name_of(line.cells[targets[0]])
            if label not in numbers:
                raise DataError(f"{line.place}: {names[targets[0]]}: {unknown_label(label, class_names, spellings)}")
            yield Row(x, numbers[label])

    def _class_names(self, targets: int) -> tuple[str, ...]:
        """The names of the classes of so many target columns; empty for numbers."""
        if self.classes is None:
            return ()
        if targets != 1:
            message = f"classes are those of a single target column, not of {targets}: leave it out"
            raise config_error(CLASSES, message)
        return stated_classes(self.classes, self.class_aliases)

    @cached_property
    def _header(self) -> Line:
        """The names of the columns, for which a pipe is waited for."""
        lines = self._read() if self.can_be_read_again else self._pipe
        first = next((line for line in lines if line is not None), None)
        if first is None:
            raise DataError(f"{place_of(self.file)} is empty, but a stream begins with a line of column names")
        targets = target_columns(first, self.target, file=place_of(self.file), delimiter=self.delimiter)
        odd = next((cell for column, cell in enumerate(first.cells) if column not in targets and is_number(cell)), None)
        if odd is not None:
            raise DataError(f"{first.place}: a stream begins with a line of column names, and {odd!r} is a number")
        return first

    @cached_property
    def _targets(self) -> list[int]:
        return target_columns(self._header, self.target, file=place_of(self.file), delimiter=self.delimiter)

    @cached_property
    def _pipe(self) -> Iterator[Line | None]:
        """The lines of a pipe, which all who read this section share."""
        return self._read()

    def _lines_below_header(self) -> Iterator[Line | None]:
        if not self.can_be_read_again:
            return self._pipe
        lines = self._read()
        next(lines)
        return lines

    def _read(self) -> Iterator[Line | None]:
        first: Line | None = None
        at = 0
        for text in arriving_lines(self.file):
            if text is None:
                yield None
                continue
            at += 1
            place = f"{place_of(self.file)}:{at}"
            line = filled_line(place, self._cells(text, place, at), first, self.delimiter)
            first = first or line
            if line:
                yield line

    def _cells(self, text: bytes, place: str, at: int) -> list[str]:
        try:
            decoded = text.decode("utf-8-sig" if at == 1 else "utf-8")
            return next(csv.reader([decoded], delimiter=self.delimiter, skipinitialspace=True, strict=True), [])
        except UnicodeDecodeError as error:
            raise DataError(f"{place} {NOT_UTF8}") from error
        except csv.Error as error:
            raise DataError(f"{place} is {not_csv(error, self.delimiter)}") from error
