"""Classes that a split has no example of: they cannot be learned there, or are left out of its figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from bpcli.data.dataset import DataInfo, Examples
from bpcli.nn.arrays import Array

MOST_NAMED = 5
"""Classes that are named; of more the number is given."""


def lacking_classes(examples: Examples, info: DataInfo) -> tuple[str, ...]:
    """Names of the classes without an example, those of one of several target columns under its name."""
    y = examples.targets
    if info.class_names:
        return _lacking(info.class_names, y)
    columns = enumerate(zip(info.target_names, info.target_classes, strict=True))
    return tuple(f"{title} {name}" for i, (title, names) in columns for name in _lacking(names, y[:, i]))


def lacking_warnings(lacking: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """A sentence for each split that lacks classes, by its name."""
    for split, names in lacking.items():
        if not names:
            continue
        called = {"all": "the rows have", "train": "the training split has"}.get(split, f"the {split} split has")
        if split == "train":
            yield f"{called} no example of {_listed(names)}, and so nothing to learn about {_them(names)}"
        else:
            yield (
                f"{called} no example of {_listed(names)}: means over the classes leave {_them(names)} out, "
                f"but macro_f1 counts 0 where {'it is' if len(names) == 1 else 'one is'} predicted"
            )


def _lacking(names: tuple[str, ...], numbers: Array) -> tuple[str, ...]:
    there = np.bincount(numbers.astype(np.intp), minlength=len(names)) if names else ()
    return tuple(name for name, count in zip(names, there, strict=True) if not count)


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:MOST_NAMED])
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return f"{'class' if len(names) == 1 else 'the classes'} {shown}{more}"


def _them(names: tuple[str, ...]) -> str:
    return "it" if len(names) == 1 else "them"
